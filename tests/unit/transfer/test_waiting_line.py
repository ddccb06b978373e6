"""Who is next in a destination's line, and who is waited for."""

from services.transfer.domain.waiting import InUse, Line, Waiter, line_of
from tests.conformance.records import NOON, after


def waiter(ticket: str, limit: int = 1, since: float = 0, called: float | None = None) -> Waiter:
    until = None if called is None else after(called)
    return Waiter("one", ticket, after(since), limit, task_token=ticket, called_until=until)


def as_before(waiter: Waiter) -> int:
    return waiter.limit


def test_first_come_first_served() -> None:
    line = line_of(InUse(0), [waiter("b", since=1), waiter("a", since=2)], NOON, after(90))
    assert [each.ticket for each in line.next(as_before)] == ["b"]
    assert [line.admits(ticket, 1) for ticket in ("b", "a", "newcomer")] == [True, False, False]


def test_a_lane_that_may_not_use_the_last_session_keeps_no_step_from_it() -> None:
    line = Line(InUse(1), [waiter("lane", limit=1), waiter("step", limit=2)])
    assert [each.ticket for each in line.next(as_before)] == ["step"]


def test_whoever_was_called_is_waited_for_and_not_called_again() -> None:
    called = waiter("a", called=60)
    assert list(Line(InUse(0), [called, waiter("b")]).next(as_before)) == []
    line = line_of(InUse(0), [called, waiter("b", since=1)], after(60), after(150))
    assert line.missed == [called]
    assert [each.ticket for each in line.next(as_before)] == ["b"]


def test_whoever_was_missed_comes_first_all_the_same() -> None:
    """Otherwise, of two waiters who are always late, each would find the session kept for the
    other."""
    late, called = waiter("late", called=60), waiter("called", since=1, called=150)
    line = line_of(InUse(0), [late, called], after(60), after(150))
    assert [line.admits(ticket, 1) for ticket in ("late", "called", "new")] == [True, True, False]


def test_a_call_by_a_clock_that_is_an_hour_ahead_holds_nobody_up_for_an_hour() -> None:
    ahead = waiter("a", called=3_600)
    assert line_of(InUse(0), [ahead], NOON, after(90)).missed == [ahead]
