"""LaneTargets. Several who decide at once make one decision, and the slots know the target."""

from dataclasses import replace

from services.transfer.domain.lane_figures import LaneFigures
from services.transfer.domain.lane_target import Decision, LaneTarget, Step, first_target
from services.transfer.domain.lane_window import Share
from services.transfer.domain.waiting import LongLimit, Waiter
from tests.conformance.records import NOON, after
from tests.conformance.stores import Stores


def target(lanes: int = 2) -> LaneTarget:
    first = first_target("partner", "ferry@here:22", lanes, 0.5, NOON)
    figures = LaneFigures(10_000_000, 3, 1, 0.25, 1.5)
    share = Share("t-1/1", after(1), 2, 3, 4, figures)
    return replace(first, window=first.window.reported(share))


def decision(before: int, number: int = 0) -> Decision:
    return Decision(after(number), before, before + 1, 1234567.25, 0.75, "Does one more help?")


def test_a_target_is_kept_as_it_is(stores: Stores) -> None:
    assert stores.targets.read("partner") is None
    rich = replace(
        target(), step=Step.UP, probe_at=after(60), bound=3, bound_until=after(9), noise=0.01
    )
    assert stores.targets.save(rich, None)
    assert stores.targets.read("partner") == replace(rich, version=int(after(1).timestamp()))
    assert stores.targets.read("other") is None


def test_of_two_who_decide_at_once_one_decides(stores: Stores) -> None:
    assert stores.targets.save(target(), decision(1))
    assert not stores.targets.save(target(3), decision(1))
    seen = stores.targets.read("partner")
    assert seen is not None
    assert stores.targets.save(replace(seen, lanes=5), decision(2))
    assert not stores.targets.save(replace(seen, lanes=6), decision(3))
    stored = stores.targets.read("partner")
    assert stored is not None
    assert (stored.lanes, stored.version) == (5, 2)
    assert [each.before for each in stores.targets.decisions("partner", 10)] == [2, 1]


def test_the_last_decisions_come_newest_first_and_no_more_than_asked_for(stores: Stores) -> None:
    current = target()
    for number in range(12):
        assert stores.targets.save(current, decision(number, number))
        current = replace(current, version=current.version + 1)
    told = stores.targets.decisions("partner", 3)
    assert list(told) == [decision(11, 11), decision(10, 10), decision(9, 9)]
    assert len(stores.targets.decisions("partner", 50)) == 12
    assert stores.targets.decisions("other", 50) == []


def take(stores: Stores, lane: str, limit: int | LongLimit) -> bool:
    holder = f"t-{lane}/1/lane-0"
    return stores.slots.take("partner", limit, holder, NOON, after(60), holder) is not None


def test_long_lanes_get_as_many_sessions_as_the_target_says_and_others_the_rest(
    stores: Stores,
) -> None:
    stores.targets.save(target(2), None)
    taken = [take(stores, str(number), LongLimit(5)) for number in range(4)]
    assert taken == [True, True, False, False]
    assert take(stores, "short", 5)
    assert not take(stores, "9", LongLimit(5))
    assert not take(stores, "10", LongLimit(3))
    seen = stores.slots.look("partner", after(1), after(61))
    assert (seen.most_long, [each.long for each in seen.held]) == (2, [True, True, False])
    assert stores.slots.line("partner", after(1), after(61)).in_use.sessions == 3


def test_without_a_target_only_the_sessions_count(stores: Stores) -> None:
    taken = [take(stores, str(number), LongLimit(3)) for number in range(4)]
    assert taken == [True, True, True, False]


def test_long_lanes_that_wait_for_the_target_keep_no_session_from_others(stores: Stores) -> None:
    stores.targets.save(target(1), None)
    assert take(stores, "1", LongLimit(3))
    ticket = "t-2/1/lane-0"
    stores.slots.wait(Waiter("partner", ticket, NOON, 3, task_token="2", long=True))
    assert not take(stores, "2", LongLimit(3))
    assert take(stores, "short", 4)
    renewed = stores.targets.read("partner")
    assert renewed is not None
    assert stores.targets.save(replace(renewed, lanes=2), None)
    assert take(stores, "2", LongLimit(3))
