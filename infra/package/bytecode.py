"""Puts bytecode beside the sources: /var/task is read-only, so Lambda could keep none of its own.

The files are never compared with their sources (PEP 552, unchecked hash): times do not matter,
nothing is looked up, and nothing in them names the folder they were made in.
"""

import subprocess
from pathlib import Path

DEPLOYED_AS = "/var/task"  # what tracebacks show


class NotCompiled(Exception):
    """A source that no import would take either."""


def write_bytecode(folder: Path, interpreter: str) -> None:
    """One after the other and with fixed hashes, so that equal sources give equal files; raises
    NotCompiled."""
    done = subprocess.run(
        [
            *(interpreter, "-m", "compileall", "-q", "-f", "--invalidation-mode=unchecked-hash"),
            *("-s", str(folder), "-p", DEPLOYED_AS, str(folder)),
        ],
        env={"PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotCompiled(f"{interpreter} cannot compile the package.\n{done.stdout}{done.stderr}")
