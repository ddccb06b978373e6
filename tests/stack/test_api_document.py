"""The running API answers any request as its own document says."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.stacks import REPOSITORY
from tests.stack.people import EVERYTHING
from tests.stack.running import BUCKET, Running, as_destination, started

DOCUMENT = REPOSITORY / "contracts" / "schemas" / "api.openapi.json"
SETTINGS = Path(__file__).parent / "schemathesis.toml"
SECONDS = 300.0  # on a busy machine; a quiet one needs a fraction of it
LEAST_CASES = 1_000
ALL_ROLES = ("admin", "operator", "auditor", "user")


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Running]:
    """A stack of its own, because the test changes and removes whatever it finds."""
    with started(tmp_path) as running:
        for name in ("first", "second"):
            running.people.create(name)
            running.ferry.call("POST", "/api/destinations", as_destination(name, running.partner))
        running.put("some/object.txt", b"content")
        yield running


def test_the_running_api_keeps_to_its_document(alone: Running, tmp_path: Path) -> None:
    door, people = alone.door, alone.people
    token = door.token(people.create("fuzzer", *ALL_ROLES, grants=EVERYTHING))
    source = {"bucket": BUCKET, "key": "some/object.txt"}
    sent = {"source": source, "destination_id": "partner"}
    started_transfer = door.call("POST", "/api/transfer", token, sent).json()
    env = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY),
        "SCHEMATHESIS_HOOKS": "tests.stack.api_document_hooks",
        "FILEFERRY_TOKEN": token,
        "FILEFERRY_TRANSFER": started_transfer["id"],
        "FILEFERRY_SOURCE": json.dumps(source),
        "FILEFERRY_LEAVING_TOKEN": door.token(people.create("leaving-fuzzer", *ALL_ROLES)),
    }
    command = [sys.executable, "-m", "schemathesis.cli", "--no-color"]
    command += ["--config-file", str(SETTINGS), "run", str(DOCUMENT)]
    command += ["--url", alone.stack.api_url]
    done = subprocess.run(
        command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told
    cases, tested = re.search(r"(\d+) generated", told), re.search(r"Tested: (\d+)", told)
    assert cases, told
    assert tested, told
    assert int(cases[1]) >= LEAST_CASES
    paths = json.loads(DOCUMENT.read_text())["paths"].values()
    assert int(tested[1]) == sum(len(methods) for methods in paths)
    # to its end it called as somebody
    assert door.call("GET", "/api/me", token).status_code == 200
