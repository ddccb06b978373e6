"""A copy of the repository in which `make new-service` was called."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.lint.remembered import FOLDER
from infra.stacks import REPOSITORY

NOT_COPIED = (".git", ".venv*", ".local", "build", "__pycache__", ".*_cache", ".hypothesis")


def copied(into: Path) -> Path:
    """With what the lint remembers: most templates of the copy are those of the repository."""
    shutil.copytree(REPOSITORY, into, ignore=shutil.ignore_patterns(*NOT_COPIED))
    if FOLDER.exists():
        shutil.copytree(FOLDER, into / FOLDER.relative_to(REPOSITORY))
    return into


def new_service(copy: Path, name: str, events: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """The environment of these tests is taken for ready: `make` would install another one."""
    ready = ("-o", f"{sys.prefix}/.ready", f"VENV={sys.prefix}")
    command = ["make", *ready, "new-service", f"NAME={name}", f"EVENTS={' '.join(events)}"]
    # `make test` may have begun this process; what it was told is not meant for this one
    env = {key: value for key, value in os.environ.items() if key != "MAKEFLAGS"}
    return subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False)
