"""LaneTargets. Several who decide at once make one decision, and the slots know the target."""

from dataclasses import replace

from runtime.dynamodb.items import from_item, to_item
from services.transfer.domain.lane import LaneMessage
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
    assert (stored.lanes, stored.version) == (5, seen.version + 1)
    assert [each.before for each in stores.targets.decisions("partner", 10)] == [2, 1]


def test_the_last_decisions_come_newest_first_and_no_more_than_asked_for(stores: Stores) -> None:
    current = target()
    for number in range(12):
        assert stores.targets.save(current, decision(number, number))
        current = replace(current, version=current.next_version)
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


def test_a_target_of_an_earlier_version_is_read(stores: Stores) -> None:
    """Without what is new, and with the swing that is not known any more."""
    row = to_item(target())
    for name in ("noise", "best_lanes", "best_rate"):
        row.pop(name, None)
    row["swing"] = {"S": "0.25"}
    row["window"]["M"]["shares"]["L"][0]["M"].pop("left_bytes")
    assert from_item(LaneTarget, row) == target()


def test_decisions_come_behind_those_of_a_target_that_expired(stores: Stores) -> None:
    """DynamoDB may delete a target days before its decisions."""
    assert stores.targets.save(target(), decision(1))
    seen = stores.targets.read("partner")
    assert seen is not None
    later = first_target("partner", "ferry@here:22", 2, 0.5, after(40 * 86_400))
    assert later.next_version > seen.next_version + 86_400
    assert seen.tells_of("ferry@here:22", after(29 * 86_400))
    assert not seen.tells_of("ferry@here:22", after(31 * 86_400))
    assert not seen.tells_of("ferry@there:22", after(2))


def brief(stores: Stores, number: int, at: float = 0) -> bool:
    holder = f"t-small{number}/1/lane-0"
    return stores.slots.take("partner", 4, holder, after(at), after(at + 60), holder) is not None


def test_a_backlog_of_small_files_does_not_keep_a_large_one_waiting_for_ever(
    stores: Stores,
) -> None:
    """Three of four sessions are theirs all the time, and one more comes before one goes."""
    limit = LongLimit(3, 1)
    assert all(brief(stores, number) for number in range(4))
    assert not take(stores, "large", limit)
    large = Waiter("partner", "t-large/1/lane-0", NOON, 0, lane=LaneMessage("t-large", 1, 0, 1))
    stores.slots.wait(large.within(limit))
    for number in range(4, 9):
        ticket = f"t-small{number}/1/lane-0"
        stores.slots.wait(Waiter("partner", ticket, after(1), 4, task_token="x", short=True))
    [first, *_] = stores.slots.look("partner", after(2), after(62)).held
    stores.slots.free(first)
    line = stores.slots.line("partner", after(2), after(62))
    assert [each.ticket for each in line.next(lambda each: each.limit)] == [large.ticket]
    assert not brief(stores, 4, at=2)  # it is kept for the large one
    assert take(stores, "large", limit)


def test_large_files_leave_one_session_to_small_ones_that_others_do_not_keep(
    stores: Stores,
) -> None:
    """A file with one handle keeps its own as long as a large one does."""
    limit = LongLimit(3, 1)
    holders = [f"t-handle{number}/1/lane-0" for number in range(3)]
    for holder in holders:
        assert stores.slots.take("partner", 3, holder, after(-300), after(60), holder)
    assert not take(stores, "large", limit)
    assert brief(stores, 1)


def test_a_place_with_its_whole_limit_is_kept_as_it_is(stores: Stores) -> None:
    place = Waiter("partner", "t-1/1/lane-0", NOON, 0, lane=LaneMessage("t-1", 1, 0, 1))
    stores.slots.wait(place.within(LongLimit(3, 1)))
    [stored] = stores.slots.line("partner", NOON, after(60)).waiters
    assert stored.whole_limit == LongLimit(3, 1)
    assert place.within(2).whole_limit == 2
