"""Each run of the synthetic transfer counts once, as completed or as failed, and overlaps none."""

from dataclasses import replace

import pytest

from kernel.metering import Unit
from services.synthetic.domain.errors import ApiAway, ApiRefused, NoLogin
from services.synthetic.domain.ports import Policy, Receipt, Seen
from tests.fakes.synthetic_world import RECEIPT, SIZE, SyntheticWorld
from tests.unit.progress.stories import NOON

RUN_SECONDS = 290  # the function's timeout


def test_what_arrives_and_is_proven_counts_with_its_time() -> None:
    world = SyntheticWorld()
    assert world.run() == "completed"
    assert world.counted() == (1, 0)
    [seconds] = world.meter.values["SyntheticSeconds"]
    assert 6 <= seconds < 7  # three looks
    assert world.meter.units["SyntheticSeconds"] is Unit.SECONDS
    assert not world.ferry.sessions


def test_a_stage_without_a_test_partner_calls_nobody_and_counts_nothing() -> None:
    world = SyntheticWorld()
    world.ports = replace(world.ports, policy=Policy(None, 150))
    assert world.run() == "off"
    assert world.calls.counts.total() == 0
    assert world.meter.values == {}


@pytest.mark.parametrize(
    "receipt",
    [
        replace(RECEIPT, bytes_sent=SIZE - 1),
        replace(RECEIPT, proven="size"),
        replace(RECEIPT, source_checksum="absent"),
    ],
)
def test_a_receipt_that_proves_less_is_a_failure(receipt: Receipt) -> None:
    world = SyntheticWorld()
    world.ferry.ends = world.ferry.completed(receipt)
    assert world.run() == "not_proven"
    assert world.counted() == (0, 1)
    assert "SyntheticSeconds" not in world.meter.values


def test_a_transfer_that_fails_is_a_failure_with_its_reason() -> None:
    world = SyntheticWorld()
    world.ferry.ends = Seen("", "failed", NOON, SIZE, reason="connection_refused")
    assert world.run() == "not_completed"
    assert world.counted() == (0, 1)
    assert "connection_refused" in world.logged[0]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("ferry.log_in", NoLogin("secret")),
        ("ferry.log_in", ApiAway("no answer")),
        ("ferry.active", ApiAway("no answer")),
        ("ferry.send", ApiAway("no answer")),
        ("ferry.look", ApiAway("no answer")),
    ],
)
def test_an_api_that_does_not_answer_is_a_failure(call: str, error: Exception) -> None:
    world = SyntheticWorld()
    world.calls.fail(call, error)
    assert world.run() in ("no_login", "api_away")
    assert world.counted() == (0, 1)


def test_a_region_that_stands_by_is_no_failure() -> None:
    world = SyntheticWorld()
    world.calls.fail("ferry.send", ApiRefused("POST /api/transfer", 503, "region_stands_by"))
    assert world.run() == "off"
    assert world.counted() == (0, 0)
    assert "region_stands_by" in world.logged[0]
    assert not world.ferry.sessions


def test_another_503_is_a_failure() -> None:
    world = SyntheticWorld()
    world.calls.fail("ferry.send", ApiRefused("POST /api/transfer", 503, "busy"))
    assert world.run() == "api_refused"
    assert world.counted() == (0, 1)


def test_a_logout_that_fails_takes_nothing_back() -> None:
    world = SyntheticWorld()
    world.calls.fail("ferry.log_out", ApiAway("no answer"))
    assert world.run() == "completed"


def test_a_mistake_of_ours_counts_as_failed_and_is_raised() -> None:
    world = SyntheticWorld()
    world.calls.fail("ferry.look", KeyError("a bug"))
    with pytest.raises(KeyError):
        world.run()
    assert world.counted() == (0, 1)


def test_one_that_hangs_is_cancelled_in_time_and_the_next_one_goes_on() -> None:
    world = SyntheticWorld()
    world.ferry.ends = None
    assert world.runs(1) == ["not_in_time"]
    assert [each.state for each in world.ferry.transfers.values()] == ["cancelled"]
    world.ferry.ends = world.ferry.completed()
    assert world.runs(1) == ["completed"]
    assert world.counted() == (1, 1)


def test_nothing_is_sent_beside_one_that_cannot_be_cancelled() -> None:
    """Its partner is away, so that it stays open. Each run is a failure of its own."""
    world = SyntheticWorld()
    world.ferry.ends, world.ferry.cancels = None, False
    assert world.runs(3) == ["not_in_time", "earlier_hangs", "earlier_hangs"]
    assert len(world.ferry.transfers) == 1
    assert world.calls.counts["ferry.cancel"] == 1
    assert world.counted() == (0, 3)


def test_what_a_run_left_that_died_is_cancelled_by_the_next_one() -> None:
    world = SyntheticWorld()
    world.calls.kill("ferry.look")
    with world.calls.worker("dying"), pytest.raises(BaseException, match="dying"):
        world.run("died")
    world.calls.pass_time(300)
    assert world.run("next") == "earlier_hangs"
    assert [each.state for each in world.ferry.transfers.values()] == ["cancelled"]
    assert world.run("after that") == "completed"


def test_a_run_that_is_begun_again_while_the_first_one_goes_on_counts_once() -> None:
    world = SyntheticWorld()
    again: list[str] = []
    world.calls.before("ferry.look", lambda: again.append(world.run()))
    assert world.run() == "completed"
    assert again == ["already_sent"]
    assert len(world.ferry.transfers) == 1
    assert world.counted() == (1, 0)


def test_a_run_by_hand_beside_the_scheduled_one_sends_nothing() -> None:
    world = SyntheticWorld()
    again: list[str] = []
    world.calls.before("ferry.look", lambda: again.append(world.run("by hand")))
    assert world.run() == "completed"
    assert again == ["already_sent"]
    assert len(world.ferry.transfers) == 1


def test_of_two_that_begin_at_the_same_moment_one_sends_and_one_counts() -> None:
    world = SyntheticWorld()
    again: list[str] = []
    world.calls.before("ferry.send", lambda: again.append(world.run()))
    assert sorted([world.run(), *again]) == ["already_sent", "completed"]
    assert len(world.ferry.transfers) == 1
    assert world.counted() == (1, 0)


def test_a_run_that_is_delivered_again_after_its_end_sends_nothing() -> None:
    world = SyntheticWorld()
    assert [world.run(), world.run()] == ["completed", "already_sent"]
    assert len(world.ferry.transfers) == 1
    assert world.counted() == (1, 0)


def test_the_longest_run_ends_before_its_function_does() -> None:
    world = SyntheticWorld()
    world.ferry.ends = None
    slowest = 20.0  # seconds of a call, see wiring
    world.calls.cost["ferry.*"] = slowest
    world.run()
    assert (world.clock - NOON).total_seconds() < RUN_SECONDS
