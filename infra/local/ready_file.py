"""How a server of the local stack says that it is ready, and where."""

import json
import os
from pathlib import Path

from infra.local.emulator import HOST


def write_ready(file: Path, port: int) -> None:
    """Renamed into place, so that nobody who waits for the file reads half of it."""
    unfinished = file.with_name(file.name + ".new")
    unfinished.write_text(json.dumps({"port": port, "url": f"http://{HOST}:{port}"}))
    os.replace(unfinished, file)
