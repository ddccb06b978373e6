"""The local stack of this working copy, which `make up` keeps running."""

import os
import sys
from pathlib import Path

from infra.local.stack import LocalStack
from infra.stacks import REPOSITORY

STATE = REPOSITORY / ".local"
DEMO_BUCKET = "fileferry-demo"
DEMO_PARTNER = "partner"
PARTNER_FILES = "partner-files"  # folder in STATE
CONSOLE_PORT = 8480  # people bookmark it


def object_folder() -> Path | None:
    """Ends the program when FILEFERRY_S3_DIR names no folder, because FileFerry would be empty."""
    named = os.environ.get("FILEFERRY_S3_DIR")
    if named and not Path(named).is_dir():
        sys.exit(f"FILEFERRY_S3_DIR: {named!r} is no folder. Create it, or leave it out.")
    return Path(named) if named else None


def kept_stack() -> LocalStack:
    return LocalStack(STATE, s3_dir=object_folder(), keep=True, console_port=CONSOLE_PORT)


def running_stack() -> LocalStack:
    """Ends the program when the stack does not run."""
    stack = kept_stack()
    if not stack.recall():
        sys.exit("The local stack does not run. Start it with `make up`.")
    return stack
