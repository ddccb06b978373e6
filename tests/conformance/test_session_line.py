"""SessionSlots. Lanes and steps wait in a line for a destination's session."""

from dataclasses import replace

from services.transfer.domain.lane import LaneMessage, Slot
from services.transfer.domain.leases import CLOCKS_DIFFER, LONGEST_LEASE
from services.transfer.domain.waiting import Waiter
from tests.conformance.records import NOON, after
from tests.conformance.stores import LOOK_ROWS, Stores

LANE = LaneMessage("t-1", 1, 0, 7)
BELIEVED = (LONGEST_LEASE + CLOCKS_DIFFER).total_seconds()


def waiter(ticket: str, at: float = 0, limit: int = 1) -> Waiter:
    return Waiter("partner", ticket, after(at), limit, task_token=f"token of {ticket}")


def take(stores: Stores, ticket: str, at: float = 0) -> Slot | None:
    return stores.slots.take("partner", 1, f"{ticket}-holds", after(at), after(at + 60), ticket)


def in_line(stores: Stores, at: float = 0) -> list[Waiter]:
    return list(stores.slots.line("partner", after(at), after(at + 60)).waiters)


def test_who_waits_stands_in_the_order_of_coming(stores: Stores) -> None:
    assert stores.slots.line("partner", NOON, after(60)).waiters == []
    for each in (waiter("b", at=2), waiter("a", at=3), waiter("z", at=1)):
        stores.slots.wait(each)
    stores.slots.wait(replace(waiter("other"), destination_id="other"))
    assert in_line(stores) == [waiter("z", at=1), waiter("b", at=2), waiter("a", at=3)]


def test_a_lane_in_line_is_found_with_its_turn(stores: Stores) -> None:
    lane = Waiter("partner", "t-1/1/lane-0", NOON, 3, lane=LANE)
    stores.slots.wait(lane)
    assert in_line(stores) == [lane]


def test_the_line_knows_how_many_sessions_are_in_use(stores: Stores) -> None:
    stores.slots.wait(waiter("a"))
    assert take(stores, "a", at=1) is not None
    assert stores.slots.line("partner", after(2), after(62)).in_use.sessions == 1
    assert stores.slots.line("partner", after(61), after(121)).in_use.sessions == 0


def test_whoever_stands_in_line_keeps_the_place_and_waits_with_the_latest_token(
    stores: Stores,
) -> None:
    stores.slots.wait(waiter("a"))
    stores.slots.wait(waiter("b", at=1))
    again = replace(waiter("a", at=5, limit=2), task_token="another")
    stores.slots.wait(again)
    assert in_line(stores) == [replace(again, since=NOON), waiter("b", at=1)]


def test_a_session_goes_to_the_first_in_line_who_leaves_it_then(stores: Stores) -> None:
    stores.slots.wait(waiter("a"))
    stores.slots.wait(waiter("b", at=1))
    assert take(stores, "b") is None
    assert take(stores, "newcomer") is None
    slot = take(stores, "a")
    assert slot == Slot("partner", 0, "a-holds", after(60), NOON)
    assert in_line(stores) == [waiter("b", at=1)]
    stores.slots.free(slot)
    assert take(stores, "b") is not None
    assert in_line(stores) == []


def test_a_holder_gets_its_own_session_again_whoever_is_in_line(stores: Stores) -> None:
    first = take(stores, "")
    stores.slots.wait(waiter("a"))
    assert first is not None
    assert take(stores, "", at=1) == replace(first, until=after(61))


def test_each_is_called_once(stores: Stores) -> None:
    stores.slots.wait(waiter("a"))
    assert stores.slots.call(waiter("a"), after(60))
    assert not stores.slots.call(waiter("a"), after(61))
    assert in_line(stores) == [replace(waiter("a"), called_until=after(60))]
    assert not stores.slots.call(waiter("nobody"), after(60))
    assert [each.ticket for each in in_line(stores)] == ["a"]


def test_a_call_that_nobody_heeded_is_over_in_time(stores: Stores) -> None:
    stores.slots.wait(waiter("a"))
    stores.slots.wait(waiter("b", at=1))
    assert stores.slots.call(waiter("a"), after(60))
    assert take(stores, "b", at=59) is None
    line = stores.slots.line("partner", after(60), after(120))
    assert line.missed == [replace(waiter("a"), called_until=after(60))]
    assert take(stores, "b", at=60) is not None


def test_a_call_that_says_more_than_any_clock_may_differ_is_not_believed(stores: Stores) -> None:
    stores.slots.wait(waiter("a"))
    assert stores.slots.call(waiter("a"), after(BELIEVED + 1))
    assert take(stores, "b") is not None


def test_whoever_waits_anew_was_not_called_and_can_be(stores: Stores) -> None:
    stores.slots.wait(waiter("a"))
    assert stores.slots.call(waiter("a"), after(60))
    stores.slots.wait(waiter("a", at=70))
    assert in_line(stores, at=70) == [waiter("a")]
    assert stores.slots.call(waiter("a"), after(130))


def test_only_who_was_seen_leaves_the_line(stores: Stores) -> None:
    stores.slots.wait(waiter("a"))
    assert stores.slots.call(waiter("a"), after(60))
    stores.slots.leave(waiter("a"))
    assert len(in_line(stores)) == 1  # it was called since
    stores.slots.wait(waiter("a"))
    stores.slots.leave(replace(waiter("a"), called_until=after(60)))
    assert len(in_line(stores)) == 1  # it waits anew
    for _ in range(2):
        stores.slots.leave(waiter("a"))
    assert in_line(stores) == []


def test_the_sweeper_stands_in_line_and_replaces_no_step(stores: Stores) -> None:
    stores.slots.wait(waiter("step"))
    sweeper = Waiter("partner", "step", after(5), 1)
    stores.slots.wait(sweeper)
    assert in_line(stores) == [waiter("step")]
    stores.slots.leave(waiter("step"))
    stores.slots.wait(sweeper)
    assert stores.slots.call(sweeper, after(60))
    stores.slots.wait(replace(sweeper, since=after(9)))
    assert in_line(stores) == [sweeper]
    stores.slots.wait(waiter("step"))
    assert in_line(stores) == [replace(waiter("step"), since=after(5))]


def test_whoever_stands_in_line_anew_is_neither_called_nor_removed_by_an_old_look(
    stores: Stores,
) -> None:
    stores.slots.wait(waiter("step"))
    stores.slots.wait(Waiter("partner", "lane", after(1), 1, lane=LANE))
    olds = in_line(stores)
    stores.slots.wait(replace(waiter("step"), task_token="another"))
    later = replace(LANE, turn=LANE.turn + 2)
    stores.slots.wait(Waiter("partner", "lane", after(1), 1, lane=later))
    anew = in_line(stores)
    for old in olds:
        assert not stores.slots.call(old, after(60))
        stores.slots.leave(old)
    assert in_line(stores) == anew


def test_a_look_shows_the_line_in_its_order_as_far_as_it_is_read(stores: Stores) -> None:
    assert take(stores, "nobody") is not None
    tickets = [str(number) for number in range(LOOK_ROWS)]
    for number, ticket in enumerate(tickets[:-1]):
        stores.slots.wait(replace(waiter(ticket, at=-number), owner="ann"))
    seen = stores.slots.look("partner", NOON, after(60))
    assert ([each.ticket for each in seen.waiters], seen.whole) == (tickets[-2::-1], True)
    assert {each.owner for each in seen.waiters} == {"ann"}
    stores.slots.wait(waiter(tickets[-1]))
    seen = stores.slots.look("partner", NOON, after(60))
    assert (len(seen.held), len(seen.waiters), seen.whole) == (1, LOOK_ROWS - 1, False)


def test_a_look_at_some_rows_shows_the_sessions_first(stores: Stores) -> None:
    assert take(stores, "nobody") is not None
    for number in range(3):
        stores.slots.wait(waiter(str(number)))
    seen = stores.slots.look("partner", NOON, after(60), 2)
    assert (len(seen.held), len(seen.waiters), seen.whole) == (1, 1, False)
    assert stores.slots.look("partner", NOON, after(60), 4).whole
