"""The functions' metrics as lines of their logs, and under the functions' own roles."""

from typing import Any

from services.transfer.domain.status import Status
from tests.integration.transfer.deployed import Deployed
from tests.integration.transfer.test_sweep_stalled import SCHEDULED, stored_an_hour_ago
from tests.unit.runtime.conftest import Lines


def metrics(lines: Lines) -> dict[str, Any]:
    """The values by name, of the lines under the dimension `service` alone."""
    found: dict[str, Any] = {}
    for line in lines():
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
            if directive["Dimensions"] == [["service"]]:
                found |= {each["Name"]: line[each["Name"]] for each in directive["Metrics"]}
    return found


def test_what_is_open_is_measured(deployed: Deployed, lines: Lines) -> None:
    deployed.register(max_sessions=4)
    stored_an_hour_ago(deployed, "t-still", status=Status.MOVING, destination_id="acme")
    stored_an_hour_ago(deployed, "t-paused", status=Status.PAUSED, destination_id="acme")
    lines()
    deployed.invoke("measure_open", SCHEDULED)
    assert metrics(lines) == {
        "TransfersWaiting": [0],
        "TransfersRunning": [1],
        "TransfersPaused": [1],
        "TransfersOverdue": [0],
        "StandingStill": [1],
        "OpenLanes": [0],
        "SessionSlots": [4],
    }


def test_what_the_stream_brings_twice_counts_once(deployed: Deployed, lines: Lines) -> None:
    deployed.register()
    deployed.request("k")
    brought = deployed.outbox()
    lines()
    for _ in range(2):
        deployed.invoke("publish_outbox", brought)
    assert metrics(lines) == {"TransfersRequested": [1]}
