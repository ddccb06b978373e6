"""The console's live client against a server that does what networks do. Nothing may hang."""

import json
import subprocess
import threading
import time
from typing import Any

import pytest

from tests.doubles.live_server import LiveServer, Mode, served
from tests.doubles.live_state import LiveState, transfer
from tests.servers import require_program, unavailable
from tests.unit.cli.watchers import moving

DEADLINE = 20.0  # seconds
MOVES_EVERY = 0.05
BREAKING = (Mode.DISORDERED, Mode.LOSES_DELTAS, Mode.GARBAGE, Mode.CUT)


def followed(server: LiveServer) -> list[dict[str, Any]]:
    """What the client printed until the transfer had ended."""
    node = str(require_program("node", "nodejs"))
    flag = "--experimental-websocket"  # a browser has it by itself, and so has node from 22 on
    if subprocess.run([node, flag, "-e", "0"], capture_output=True, check=False).returncode:
        unavailable("node is older than 20.10 and has no WebSocket")
    move = moving(server, server.add(LiveState(transfer())))
    command = [node, "--no-warnings", flag, "tests/web/live-follow.js", server.url]
    until = time.monotonic() + DEADLINE
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        printed: list[str] = []
        reader = threading.Thread(target=lambda: printed.extend(client.stdout or ()))
        reader.start()
        while reader.is_alive() and time.monotonic() < until:
            reader.join(MOVES_EVERY)
            if server.counts["subscribe"] or server.counts["GET /api/transfer/t-1"] > 3:
                move()
        client.kill()
        reader.join()
    return [json.loads(line) for line in printed]


@pytest.mark.parametrize(
    "modes", [(), BREAKING, (Mode.FALLS_SILENT,)], ids=["well", "breaking", "falls silent"]
)
def test_the_end_is_seen_whatever_the_connection_does(modes: tuple[Mode, ...]) -> None:
    with served(LiveServer(*modes)) as server:
        printed = followed(server)
    shown = [each["shown"] for each in printed if "shown" in each]
    assert (shown[-1]["status"], shown[-1]["percent"]) == ("completed", 100)
    percents = [each["percent"] for each in shown]
    assert percents == sorted(percents)


def test_where_no_stream_gets_through_it_polls() -> None:
    with served(LiveServer(Mode.BLOCKED)) as server:
        printed = followed(server)
    links = [each["link"] for each in printed if "link" in each]
    assert links == ["opening", "lost", "polling", "idle"]
    assert printed[-2]["shown"]["status"] == "completed"
