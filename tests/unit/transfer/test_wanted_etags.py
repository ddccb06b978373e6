"""Who asks for an object with its ETag gets that object sent, or nothing, in each run."""

import pytest

from services.transfer.domain.errors import OtherObjectWanted, SourceUnavailable
from services.transfer.domain.source import Origin
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.request_transfer import request_transfer
from services.transfer.use_cases.start_workflow import start_workflow
from tests.fakes.callers import ANN
from tests.fakes.outside import etag_of
from tests.fakes.world import World
from tests.unit.transfer.driving import BODY, TARGET, assert_completed, retried, until_moving

AT = ("outgoing", "reports/day.csv")
OTHER = BODY[::-1]
ORIGIN = Origin("conv-1", "prop-1", "0" * 64)


def asked(world: World, etag: str) -> Transfer:
    return request_transfer(world.wish(etag=etag, origin=ORIGIN), ANN, None, ports=world.ports)


def started(world: World, etag: str = etag_of(BODY)) -> Transfer:
    world.buckets.put(*AT, BODY)
    transfer = asked(world, etag)
    start_workflow(transfer.id, transfer.run, ports=world.ports)
    return transfer


def failed_for(transfer: Transfer) -> str | None:
    assert transfer.status is Status.FAILED
    return transfer.failure.message if transfer.failure else None


@pytest.mark.parametrize("etag", [etag_of(BODY), f'"{etag_of(BODY)}"'])
def test_the_wanted_object_is_sent_however_its_etag_is_quoted(etag: str) -> None:
    world = World()
    transfer = started(world, etag)
    world.run()
    assert_completed(world, world.read(transfer), BODY)
    assert world.read(transfer).origin == ORIGIN


def test_another_object_is_refused_at_once() -> None:
    world = World()
    world.buckets.put(*AT, OTHER)
    with pytest.raises(OtherObjectWanted, match="Start a new transfer"):
        asked(world, etag_of(BODY))
    assert list(world.ports.transfers.open_transfers()) == []
    assert world.buckets.open_readers == 0


def test_what_s3_did_not_say_at_the_door_is_asked_again_before_a_byte_moves() -> None:
    world = World()
    world.buckets.put(*AT, OTHER)
    world.calls.fail("look.inspect", SourceUnavailable(*AT, "it is slow"))
    transfer = asked(world, etag_of(BODY))
    start_workflow(transfer.id, transfer.run, ports=world.ports)
    world.run()
    assert "was asked for" in str(failed_for(world.read(transfer)))
    assert world.partner.files == {}


def test_an_object_that_is_replaced_before_the_first_look_is_not_sent() -> None:
    world = World()
    transfer = started(world)
    world.buckets.put(*AT, OTHER)
    world.run()
    assert "was asked for" in str(failed_for(world.read(transfer)))
    assert world.partner.files == {}


def test_a_retry_sends_no_other_object_and_keeps_what_it_was_asked_for_with() -> None:
    """Without the ETag a retry sends the new content."""
    world = World()
    transfer = started(world)
    until_moving(world)
    world.buckets.put(*AT, OTHER)
    world.run()
    failed_for(world.read(transfer))
    after = retried(world, transfer)
    assert "Start a new transfer" in str(failed_for(after))
    assert (after.run, after.wanted_etag, after.origin) == (2, etag_of(BODY), ORIGIN)
    assert TARGET not in world.partner.files
    world.buckets.put(*AT, BODY)
    assert_completed(world, retried(world, transfer), BODY)
