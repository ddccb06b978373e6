"""Guessing passwords gets slower and slower, for known and unknown names alike."""

from datetime import UTC, datetime, timedelta

import pytest

from kernel.caller import Role
from services.auth.domain.attempts import Attempts
from services.auth.domain.errors import AttemptsBusy, LoginRefused, TooManyAttempts, WrongPassword
from services.auth.domain.session import ClientKind
from services.auth.domain.user import LoginMethod
from services.auth.domain_services.count_try import count_login
from services.auth.use_cases.change_password import NewOwnPassword, change_password
from tests.fakes.auth_world import ADDRESS, PASSWORD, AuthWorld

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def wish(current: str = PASSWORD) -> NewOwnPassword:
    return NewOwnPassword(current, "another good one")


def fail(world: AuthWorld, name: str = "ann") -> None:
    with pytest.raises(LoginRefused):
        world.log_in(name, "a wrong guess")


@pytest.mark.parametrize(
    ("count", "seconds"),
    [(1, None), (4, None), (5, 1), (6, 2), (7, 4), (11, 64), (12, 900), (40, 900)],
)
def test_the_wait_doubles_after_the_free_tries_and_ends_in_a_lock(
    count: int, seconds: float | None
) -> None:
    wait = Attempts("ann", ADDRESS, count, NOW).retry_at
    assert wait == (None if seconds is None else NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("name", ["ann", "nobody.of.that.name"])
def test_the_sixth_try_has_to_wait_whoever_it_is(name: str) -> None:
    world = AuthWorld()
    for _ in range(5):
        fail(world, name)
    with pytest.raises(TooManyAttempts) as refused:
        world.log_in(name, "a wrong guess")
    assert refused.value.retry_after_seconds == 1
    world.pass_time(1)
    fail(world, name)
    with pytest.raises(TooManyAttempts) as refused:
        world.log_in(name)
    assert refused.value.retry_after_seconds == 2


def test_a_try_that_comes_too_early_is_not_looked_at_even_with_the_right_password() -> None:
    world = AuthWorld()
    for _ in range(5):
        fail(world)
    looked_at, told = world.calls.counts["passwords.verify"], len(world.outbox)
    with pytest.raises(TooManyAttempts):
        world.log_in("ann", PASSWORD)
    assert (world.calls.counts["passwords.verify"], len(world.outbox)) == (looked_at, told)


def test_twelve_failures_lock_the_name_for_a_quarter_of_an_hour_and_then_one_try_is_free() -> None:
    world = AuthWorld()
    for _ in range(12):
        world.pass_time(64)
        fail(world)
    world.pass_time(899)
    with pytest.raises(TooManyAttempts):
        world.log_in()
    world.pass_time(1)
    fail(world)
    with pytest.raises(TooManyAttempts) as refused:
        world.log_in()
    assert refused.value.retry_after_seconds == 900


def test_a_login_clears_the_count() -> None:
    world = AuthWorld()
    for _ in range(4):
        fail(world)
    world.log_in()
    for _ in range(5):
        fail(world)
    with pytest.raises(TooManyAttempts):
        world.log_in()


def test_a_day_without_tries_clears_the_count() -> None:
    world = AuthWorld()
    for _ in range(5):
        fail(world)
    world.pass_time(86_400)
    for _ in range(5):
        fail(world)


def test_a_try_is_counted_before_its_password_is_looked_at() -> None:
    world = AuthWorld()
    counts: list[int] = []
    world.calls.before_each(
        "passwords.verify", lambda: counts.append(world.attempts.rows["ann", ADDRESS].count)
    )
    fail(world)
    fail(world)
    assert counts == [1, 2]


def test_parallel_guesses_get_no_more_tries_than_guesses_one_after_another() -> None:
    """Each guess comes between the reading and the counting of the one before."""
    world = AuthWorld()
    outcomes: list[str] = []

    def guess(more: int) -> None:
        if more:
            world.calls.before("attempts.save", lambda: guess(more - 1))
        try:
            world.log_in("ann", "a wrong guess")
        except (LoginRefused, TooManyAttempts) as refusal:
            outcomes.append(type(refusal).__name__)

    guess(9)
    assert sorted(outcomes) == ["LoginRefused"] * 5 + ["TooManyAttempts"] * 5


def test_a_name_that_others_always_count_first_is_refused_in_the_end() -> None:
    world = AuthWorld()

    def rival() -> None:
        rivals = Attempts("ann", ADDRESS, 1, world.clock, version=next(versions))
        world.attempts.rows["ann", ADDRESS] = rivals

    versions = iter(range(7, 1_000))
    world.calls.before_each("attempts.save", rival)
    with pytest.raises(AttemptsBusy) as refused:
        count_login("ann", ADDRESS, ports=world.ports)
    assert (refused.value.status, refused.value.retry_after_seconds) == (429, 1)


def test_the_right_password_is_good_also_where_its_try_cannot_be_taken_back() -> None:
    """Others from the same address keep its rows busy: it costs one try more, and no login."""
    world = AuthWorld()
    counted = iter([True])

    def busy() -> None:
        if not next(counted, False):
            raise AttemptsBusy("ann")

    world.calls.before_each("attempts.save", busy)
    assert world.log_in().session.user == "ann"
    assert world.attempts.rows["ann", ADDRESS].count == 1


def test_guesses_of_the_current_password_have_to_wait_in_the_session_they_come_from() -> None:
    world = AuthWorld()
    thief, owner = world.caller("ann"), world.caller("ann")
    for _ in range(5):
        with pytest.raises(WrongPassword):
            change_password(thief, wish("a wrong guess"), ports=world.ports)
    with pytest.raises(TooManyAttempts):
        change_password(thief, wish(), ports=world.ports)
    world.log_in()
    change_password(owner, wish(), ports=world.ports)


def test_whoever_fails_to_log_in_keeps_nobody_from_changing_their_password() -> None:
    world = AuthWorld()
    caller = world.caller("ann")
    for _ in range(5):
        fail(world)
    change_password(caller, wish(), ports=world.ports)


def test_the_time_to_wait_is_never_told_too_short() -> None:
    assert TooManyAttempts(NOW + timedelta(seconds=1.01), NOW).retry_after_seconds == 2
    assert TooManyAttempts(NOW + timedelta(seconds=2), NOW).retry_after_seconds == 2
    assert TooManyAttempts(NOW, NOW).retry_after_seconds == 1


def test_known_unknown_locked_and_sso_users_cost_one_comparison_and_get_one_answer() -> None:
    """Compares the work that takes the time. The clock would prove nothing."""
    world = AuthWorld()
    world.add("locked", Role.USER, locked=True)
    world.add("sso-only", Role.USER, login=LoginMethod.SSO, password_hash=None)
    told = set()
    for name in ("ann", "unknown", "locked", "sso-only"):
        before = world.calls.counts["passwords.verify"]
        with pytest.raises(LoginRefused) as refused:
            world.log_in(name, "a wrong guess")
        assert world.calls.counts["passwords.verify"] == before + 1, name
        told.add((str(refused.value), refused.value.code, refused.value.status))
    assert len(told) == 1


def test_a_right_password_costs_one_comparison_too() -> None:
    world = AuthWorld()
    world.log_in("ann", client=ClientKind.CONSOLE)
    assert world.calls.counts["passwords.verify"] == 1
