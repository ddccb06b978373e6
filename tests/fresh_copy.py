"""A copy of the repository to work in: all that is or could be committed, and nothing else."""

import shutil
import subprocess
from pathlib import Path

LISTING = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")


def copy_working_tree(repository: Path, copy: Path) -> None:
    names = subprocess.run(LISTING, cwd=repository, check=True, capture_output=True).stdout
    for name in filter(None, names.decode().split("\0")):
        if (repository / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repository / name, copy / name)  # with its mode: some are programs
