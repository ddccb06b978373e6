"""The console as a program of the local stack."""

import json
import os
from pathlib import Path

from infra.local.stack_programs import StackPrograms

CONSOLE = "console"
MODULE = "infra.local.console_server"


def begin_console(programs: StackPrograms, state_dir: Path, port: int) -> None:
    """Does not wait until it is ready. A `port` of 0 is any."""
    wish = programs.ports.get(CONSOLE, port)
    programs.serve(CONSOLE, MODULE, "--addresses", str(_addresses(state_dir)), port=wish)


def tell_console(state_dir: Path, api_url: str, websocket_url: str) -> None:
    """Pages loaded from now on call these. Until it is told for the first time, it serves none."""
    file = _addresses(state_dir)
    unfinished = file.with_name(file.name + ".new")
    unfinished.write_text(json.dumps({"api_url": api_url, "websocket_url": websocket_url}))
    os.replace(unfinished, file)


def forget_addresses(state_dir: Path) -> None:
    _addresses(state_dir).unlink(missing_ok=True)


def _addresses(state_dir: Path) -> Path:
    return state_dir / CONSOLE / "addresses.json"
