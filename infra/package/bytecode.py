"""Puts bytecode beside the sources, because /var/task is read-only and Lambda could not keep any.

Python never compares the files with their sources (PEP 552, unchecked hash). So times do not
matter, and nothing is looked up. Nothing in the files names the folder where they were made.
"""

import subprocess
from pathlib import Path

DEPLOYED_AS = "/var/task"  # what tracebacks show


class NotCompiled(Exception):
    """A source has a syntax error, so no import would take it either."""


def write_bytecode(folder: Path, interpreter: str) -> None:
    """Compiles one file after the other and with fixed hashes, so that equal sources give equal
    files. Raises NotCompiled."""
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
