"""Asks a program of node what the console makes of something."""

import json
import subprocess
from typing import Any

from tests.servers import require_program


def answer_of(program: str, given: object) -> Any:  # noqa: ANN401
    """Both are JSON: what it reads from stdin and what it writes. Skips where node is missing."""
    run = subprocess.run(
        [require_program("node", "nodejs"), program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)
