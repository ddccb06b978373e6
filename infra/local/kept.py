"""The local stack of this working copy, which `make up` keeps running."""

import os
import sys
from pathlib import Path

from infra.local.stack import LocalStack
from infra.stacks import REPOSITORY

STATE = REPOSITORY / ".local"
DEMO_BUCKET = "fileferry-demo"
DEMO_PARTNER = "partner"


def object_folder() -> Path | None:
    folder = os.environ.get("FILEFERRY_S3_DIR")
    return Path(folder) if folder else None


def kept_stack() -> LocalStack:
    return LocalStack(STATE, s3_dir=object_folder(), keep=True)


def running_stack() -> LocalStack:
    """Ends the program when it does not run."""
    stack = kept_stack()
    if not stack.recall():
        sys.exit("The local stack does not run. Start it with `make up`.")
    return stack
