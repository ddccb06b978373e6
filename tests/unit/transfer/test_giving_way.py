"""Which lanes give their sessions up: few enough for the target, and fair to those who wait."""

from datetime import timedelta

from services.transfer.domain.giving_way import (
    QUICK_TURN_SECONDS,
    SOON_SECONDS,
    TURN_SECONDS,
    lanes_that_give_way,
)
from services.transfer.domain.lane import LaneMessage, Slot
from services.transfer.domain.line_places import SessionsSeen
from services.transfer.domain.waiting import Waiter
from tests.conformance.records import NOON, after

LONG_AGO = 2 * TURN_SECONDS


def held(*transfers: str, age: float = LONG_AGO, long: bool = True) -> list[Slot]:
    """The sessions in the order of their numbers. Each lane of a transfer has its own number."""
    since = NOON - timedelta(seconds=age)
    return [
        Slot("d", at, f"{each}/1/lane-{at}", after(60), since, long)
        for at, each in enumerate(transfers)
    ]


def lane_of(transfer: str, number: int = 9, called: float | None = None) -> Waiter:
    until = None if called is None else after(called)
    ticket, message = f"{transfer}/1/lane-{number}", LaneMessage(transfer, 1, number, 3)
    return Waiter("d", ticket, NOON, 9, lane=message, called_until=until, long=True)


def step_of(transfer: str) -> Waiter:
    return Waiter("d", f"{transfer}/step", NOON, 9, task_token="token")


def going(slots: list[Slot], waiters: list[Waiter], most: int, reserved: int = 1) -> list[str]:
    return sorted(lanes_that_give_way(SessionsSeen(slots, waiters), most, reserved, NOON))


def test_nobody_goes_while_nobody_waits() -> None:
    assert going(held("a", "a", "b"), [], most=3) == []


def test_too_many_lanes_are_those_of_the_transfer_with_the_most() -> None:
    assert going(held("a", "b", "a", "a"), [], most=3) == ["a/1/lane-3"]
    assert going(held("a", "b", "a", "a"), [], most=2) == ["a/1/lane-2", "a/1/lane-3"]
    assert going(held("a", "b"), [], most=1) == ["b/1/lane-1"]


def test_steps_and_small_files_are_none_of_the_lanes_that_are_too_many() -> None:
    quick = held("x", "y", "z", long=False)
    assert going([*held("a", "a"), *quick], [], most=2) == []


def test_a_transfer_with_more_than_its_share_gives_to_those_with_less() -> None:
    slots = held("a", "a", "a", "a")
    assert going(slots, [lane_of("b")], most=4) == ["a/1/lane-3"]
    three = [lane_of("b", number) for number in range(3)]
    assert going(slots, three, most=4) == ["a/1/lane-2", "a/1/lane-3"]
    one_each = [lane_of("b"), lane_of("c"), lane_of("d")]
    assert going(slots, one_each, most=4) == ["a/1/lane-1", "a/1/lane-2", "a/1/lane-3"]


def test_equal_shares_stay_as_they_are() -> None:
    assert going(held("a", "a", "b", "b"), [lane_of("a"), lane_of("b")], most=4) == []


def test_whoever_was_called_already_needs_no_session_more() -> None:
    assert going(held("a", "a", "a"), [lane_of("b", called=60)], most=4) == []


def test_room_that_is_left_is_used_before_anybody_goes() -> None:
    assert going(held("a", "a", "a"), [lane_of("b")], most=4) == []


def test_a_session_that_has_just_begun_is_worth_its_login_first() -> None:
    young, old = SOON_SECONDS / 2, SOON_SECONDS + 1
    assert going(held("a", "a", age=young), [lane_of("b")], most=2) == []
    assert going(held("a", "a", age=old), [lane_of("b")], most=2) == ["a/1/lane-1"]


def test_where_sessions_are_fewer_than_transfers_they_take_turns() -> None:
    young, old = TURN_SECONDS - 1, TURN_SECONDS + 1
    assert going(held("a", age=young), [lane_of("b")], most=1) == []
    assert going(held("a", age=old), [lane_of("b")], most=1) == ["a/1/lane-0"]
    assert going(held("a", "b", age=old), [lane_of("c")], most=2) == ["a/1/lane-0"]
    assert going(held("a", "b", age=old), [lane_of("b")], most=2) == []  # it has one


def test_a_step_or_a_small_file_waits_for_a_short_turn_only() -> None:
    young, old = QUICK_TURN_SECONDS - 1, QUICK_TURN_SECONDS + 1
    assert going(held("a", "b", age=young), [step_of("c")], most=2) == []
    assert going(held("a", "b", age=old), [step_of("c")], most=2) == ["a/1/lane-0"]


def small(transfer: str, called: float | None = None) -> Waiter:
    until = None if called is None else after(called)
    message = LaneMessage(transfer, 1, 0, 1)
    return Waiter(
        "d", f"{transfer}/1/lane-0", NOON, 9, lane=message, called_until=until, short=True
    )


def test_a_backlog_of_small_files_takes_one_session_of_a_large_transfer() -> None:
    large, backlog = held("a", "a", "a"), [small("x"), small("y")]
    one, two = held("s", age=3, long=False), held("s", "t", age=3, long=False)
    assert going([*large, *one], backlog, most=3) == ["a/1/lane-0"]
    assert going([*large, *two], backlog, most=3) == []
    assert going([*large, *one], [small("t", called=60), *backlog], most=3) == []
    late = [small("t", called=-60), *backlog]
    assert going([*large, *one], late, most=3) == ["a/1/lane-0"]


def test_a_backlog_takes_none_where_all_sessions_are_for_everybody() -> None:
    slots = [*held("a"), *held("s", age=3, long=False)]
    assert going(held("a"), [small("x")], most=1, reserved=0) == ["a/1/lane-0"]
    assert going(slots, [small("x")], most=1, reserved=0) == []


def test_files_with_one_handle_keep_no_step_waiting_because_they_stay_for_long() -> None:
    slots = [*held("a", "a"), *held("x", "y", "z", long=False)]
    assert going(slots, [step_of("c")], most=2) == ["a/1/lane-0"]


def test_everybody_who_looks_finds_the_same_ones() -> None:
    slots, waiters = held("a", "b", "a", "c", "a"), [lane_of("d"), lane_of("e")]
    found = going(slots, waiters, most=4)
    assert found == going(slots[::-1], waiters[::-1], most=4)


def test_of_a_line_that_is_too_long_to_be_read_others_wait_than_those_that_were_read() -> None:
    """Steps stand behind the lanes in the part that is read."""
    slots, waiters = held("a", "b", age=QUICK_TURN_SECONDS), [lane_of("c"), lane_of("d")]
    assert going(slots, waiters, most=2, reserved=0) == []
    part = SessionsSeen(slots, waiters, whole=False)
    assert len(lanes_that_give_way(part, 2, 0, NOON)) == 1
