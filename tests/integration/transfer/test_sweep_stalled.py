"""The sweeper revives or ends what stands still, and one bad transfer hides no other."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.transfer.domain.part_file import PartFile
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from tests.conformance.records import a_transfer
from tests.integration.transfer.deployed import Deployed
from tests.unit.runtime.conftest import Lines

HOUR, WEEKS = timedelta(hours=1), timedelta(weeks=3)
SCHEDULED: dict[str, Any] = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}}


def stored_an_hour_ago(
    deployed: Deployed,
    transfer_id: str,
    age: timedelta = HOUR,
    **changes: Any,  # noqa: ANN401
) -> Transfer:
    transfer = a_transfer(transfer_id, at=datetime.now(UTC) - age, **changes)
    return deployed.transfers.create(transfer, [], None)


def failed_with_part(deployed: Deployed, destination_id: str, path: str) -> dict[str, Any]:
    """A part file that was made, and that nobody uses any more."""
    place = deployed.destinations.read(destination_id).place
    part = PartFile(path, place, datetime.now(UTC) - HOUR, made=True)
    return {"status": Status.FAILED, "destination_id": destination_id, "part": part}


def swept(lines: Lines) -> int:
    [line] = [line for line in lines() if line.get("message") == "swept"]
    return int(line["transfers"])


def test_nothing_to_do_is_no_error(deployed: Deployed, lines: Lines) -> None:
    assert deployed.invoke("sweep_stalled", SCHEDULED) is None
    assert swept(lines) == 0


def test_a_request_whose_event_got_lost_is_started(deployed: Deployed) -> None:
    stored_an_hour_ago(deployed, "t-lost")
    deployed.register()
    deployed.request("k")  # just now, so its event is still on its way
    deployed.invoke("sweep_stalled", SCHEDULED)
    assert deployed.executions() == ["t-lost-1"]


def test_a_transfer_whose_workflow_is_gone_fails_with_its_event(deployed: Deployed) -> None:
    deployed.register()
    moving = stored_an_hour_ago(
        deployed, "t-gone", status=Status.MOVING, destination_id="acme", lanes=1
    )
    deployed.invoke("sweep_stalled", SCHEDULED)
    ended = deployed.stored(moving.id)
    assert ended.status is Status.FAILED
    assert ended.failure is not None
    assert ended.failure.code == "workflow_lost"
    deployed.invoke("publish_outbox", deployed.outbox())  # as the table's stream does
    assert [each["detail-type"] for each in deployed.heard()] == ["TransferFailed.v1"]


def test_a_part_file_left_behind_is_removed_from_the_partner(deployed: Deployed) -> None:
    deployed.register()
    part = deployed.partner.root / "acme" / ".left.part"
    part.write_bytes(b"half a file")
    left = failed_with_part(deployed, "acme", "/acme/.left.part")
    stored_an_hour_ago(deployed, "t-left", **left)
    deployed.invoke("sweep_stalled", SCHEDULED)
    assert not part.exists()
    assert deployed.stored("t-left").tidy


def test_a_part_file_at_a_partner_that_is_away_waits_without_an_alarm(deployed: Deployed) -> None:
    deployed.register("away", port=1)
    left = failed_with_part(deployed, "away", "/away/.a.part")
    stored_an_hour_ago(deployed, "t-away", **left)
    deployed.invoke("sweep_stalled", SCHEDULED)
    waiting = deployed.stored("t-away")
    assert (waiting.part, waiting.left_behind) == (None, ("/away/.a.part",))
    assert waiting.look_again_at is not None
    assert waiting.look_again_at > datetime.now(UTC)


def test_one_that_cannot_be_swept_is_an_alarm_and_keeps_no_other_from_it(
    deployed: Deployed,
) -> None:
    deployed.register("away", port=1)
    left = failed_with_part(deployed, "away", "/away/.a.part")
    stored_an_hour_ago(deployed, "t-a-abandoned", WEEKS, **left)
    stored_an_hour_ago(deployed, "t-b-good")
    with pytest.raises(Exception, match=r"1 transfers not swept: t-a-abandoned"):
        deployed.invoke("sweep_stalled", SCHEDULED)
    assert deployed.executions() == ["t-b-good-1"]
    assert deployed.stored("t-a-abandoned").tidy  # given up, by name


def test_a_transfer_that_ends_while_its_partner_is_away_is_no_alarm(
    deployed: Deployed, lines: Lines
) -> None:
    deployed.register("away", port=1)
    left = failed_with_part(deployed, "away", "/away/.a.part") | {"status": Status.MOVING}
    stored_an_hour_ago(deployed, "t-away", lanes=1, **left)
    deployed.invoke("sweep_stalled", SCHEDULED)
    ended = deployed.stored("t-away")
    assert (ended.status, ended.left_behind) == (Status.FAILED, ("/away/.a.part",))
    assert [line["code"] for line in lines() if line.get("message") == "partner away"] == [
        "connection_refused"
    ]
