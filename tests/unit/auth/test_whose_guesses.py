"""Others' guesses do not keep a user out at an address where the user has logged in before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.auth.domain.attempts import ANY, KNOWN, OF_ONE_ADDRESS, OF_ONE_NAME, network_of
from services.auth.domain.errors import LoginRefused, TooManyAttempts
from services.auth.use_cases.manage_users import UserChanges, change_user
from tests.fakes.auth_world import ADDRESS, PASSWORD, AuthWorld

NOW = datetime(2026, 11, 1, tzinfo=UTC)
WRONG = "a wrong guess"
NEW_ADDRESS = "203.0.113.1"


def botnet(number: int) -> str:
    return f"198.51.{number // 250}.{number % 250}"


def guess(world: AuthWorld, name: str = "ann", address: str = ADDRESS) -> bool:
    """Whether the password was looked at."""
    try:
        world.log_in(name, WRONG, address=address)
    except LoginRefused:
        return True
    except TooManyAttempts:
        return False
    raise AssertionError("a wrong guess was right")


def attack_name(world: AuthWorld, name: str = "ann") -> int:
    """Guesses from ever new addresses until no guess is looked at. Returns how many were."""
    number = 0
    while guess(world, name, botnet(number)):
        number += 1
    return number


def test_a_distributed_guess_has_so_many_tries_and_then_one_every_ten_minutes() -> None:
    world = AuthWorld()
    assert attack_name(world) == OF_ONE_NAME.free
    world.pass_time(599)
    assert not guess(world, address="198.51.9.1")
    world.pass_time(1)
    day = sum(attack_once(world) for _ in range(144))
    assert day == 144


def attack_once(world: AuthWorld) -> int:
    looked = [guess(world, address=f"198.52.0.{n}") for n in range(3)]
    world.pass_time(600)
    return sum(looked)


@pytest.mark.parametrize("name", ["ann", "nobody.of.that.name"])
def test_it_is_the_same_for_a_name_that_nobody_has(name: str) -> None:
    world = AuthWorld()
    assert attack_name(world, name) == OF_ONE_NAME.free
    with pytest.raises(TooManyAttempts) as refused:
        world.log_in(name, address=NEW_ADDRESS)
    assert refused.value.retry_after_seconds == 600


def test_who_logged_in_from_an_address_before_gets_in_from_there_during_an_attack() -> None:
    world = AuthWorld()
    world.log_in()
    world.pass_time(KNOWN.total_seconds() - 1)
    attack_name(world)
    world.log_in()
    with pytest.raises(TooManyAttempts):
        world.log_in(address=NEW_ADDRESS)


def test_an_address_is_known_for_thirty_days_after_the_last_login() -> None:
    world = AuthWorld()
    world.log_in()
    world.pass_time(KNOWN.total_seconds())
    attack_name(world)
    with pytest.raises(TooManyAttempts):
        world.log_in()


def test_an_address_is_known_for_a_user_only_after_the_right_password() -> None:
    world = AuthWorld()
    guess(world)
    world.log_in("ada")
    attack_name(world)
    with pytest.raises(TooManyAttempts):
        world.log_in()


def test_guesses_elsewhere_do_not_slow_down_a_user_at_home() -> None:
    world = AuthWorld()
    world.log_in()
    while guess(world, address=NEW_ADDRESS):
        pass
    for _ in range(4):
        assert guess(world)
    world.log_in()


def test_a_known_address_has_no_more_tries_than_another_one() -> None:
    world = AuthWorld()
    world.log_in()
    assert [guess(world) for _ in range(6)] == [True] * 5 + [False]


def test_the_tries_of_a_known_address_are_forgotten_after_a_day_too() -> None:
    world = AuthWorld()
    world.log_in()
    for _ in range(5):
        assert guess(world)
    world.pass_time(86_400)
    assert [guess(world) for _ in range(6)] == [True] * 5 + [False]


def test_one_address_cannot_try_one_password_with_every_name() -> None:
    world = AuthWorld()
    tries = [guess(world, f"name-{number}") for number in range(OF_ONE_ADDRESS.free + 20)]
    assert sum(tries) == OF_ONE_ADDRESS.free
    assert guess(world, "name-1", NEW_ADDRESS)
    world.pass_time(OF_ONE_ADDRESS.every.total_seconds())
    assert [guess(world, f"more-{number}") for number in range(2)] == [True, False]


def test_guesses_behind_a_shared_address_keep_out_nobody_who_logged_in_from_there() -> None:
    world = AuthWorld()
    world.log_in()
    for number in range(OF_ONE_ADDRESS.free):
        assert guess(world, f"name-{number}")
    world.log_in()
    with pytest.raises(TooManyAttempts):
        world.log_in("ada")


def test_own_logins_buy_no_guesses_and_cost_none() -> None:
    world = AuthWorld()
    for number in range(OF_ONE_ADDRESS.free - 1):
        assert guess(world, f"name-{number}")
        world.log_in("ada")
    for number in range(3):
        world.add(f"colleague-{number}")
        world.log_in(f"colleague-{number}")
    assert guess(world, "the-last")
    assert not guess(world, "one-more")


def test_rivals_that_are_always_faster_keep_nobody_out_with_the_right_password() -> None:
    world = AuthWorld()

    def rival() -> None:
        stored = world.attempts.rows["ann", ADDRESS]
        world.attempts.rows["ann", ADDRESS] = replace(stored, version=stored.version + 1)

    world.calls.before("passwords.verify", lambda: world.calls.before_each("attempts.save", rival))
    assert world.log_in()
    left = world.attempts.rows["ann", ADDRESS]
    assert (left.count, left.known_until) == (1, None)


def test_a_try_that_is_refused_is_counted_nowhere_and_makes_no_row() -> None:
    world = AuthWorld()
    attack_name(world)
    rows = dict(world.attempts.rows)
    assert not guess(world, address=NEW_ADDRESS)
    assert world.attempts.rows == rows


def test_parallel_guesses_from_many_addresses_get_no_more_tries_than_sequential_ones() -> None:
    world = AuthWorld()
    for number in range(OF_ONE_NAME.free - 5):
        assert guess(world, address=botnet(number))
    looked: list[bool] = []

    def rival(more: int) -> None:
        if more:
            world.calls.before("attempts.save", lambda: rival(more - 1))
        looked.append(guess(world, address=f"203.0.113.{more}"))

    rival(9)
    assert sorted(looked) == [False] * 5 + [True] * 5


@pytest.mark.parametrize("changes", [UserChanges(locked=False), UserChanges(password=PASSWORD)])
def test_an_admin_lets_a_user_in_at_once_wherever_they_are(changes: UserChanges) -> None:
    world = AuthWorld()
    attack_name(world)
    for _ in range(5):
        guess(world, address=NEW_ADDRESS)
    change_user(world.caller("ada"), "ann", changes, None, ports=world.ports)
    world.log_in(address=NEW_ADDRESS)


def test_what_is_told_of_a_failure_is_how_long_this_address_has_to_wait() -> None:
    world = AuthWorld()
    attack_name(world)
    [*_, (kind, told)] = world.told()
    assert (kind, told["failures"], told["source_ip"]) == ("LoginFailed.v1", 1, botnet(49))
    assert told["retry_at"] == "2026-11-01T00:10:00Z"


def test_a_clock_that_is_a_little_ahead_makes_nobody_wait() -> None:
    world = AuthWorld()
    world.pass_time(1)
    assert guess(world)
    world.pass_time(-1)
    assert guess(world)
    world.log_in(address=NEW_ADDRESS)


def test_the_rows_expire_when_they_say_nothing_any_more() -> None:
    world = AuthWorld()
    guess(world)
    world.log_in("ada")
    until = {key: row.expires_at - world.clock for key, row in world.attempts.rows.items()}
    day = timedelta(days=1)
    assert until == {
        ("ann", ADDRESS): day,
        ("ann", ANY): day,
        (ANY, ADDRESS): day,
        ("ada", ADDRESS): KNOWN,
        ("ada", ANY): day,
    }


@pytest.mark.parametrize(
    ("source_ip", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2::/64"),
        ("2001:0db8:0001:0002::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        (None, "unknown"),
        ("", "unknown"),
        ("192.0.2.7, 203.0.113.9", "unknown"),
        ("test-invoke-source-ip", "unknown"),
    ],
)
def test_addresses_are_counted_by_network(source_ip: str | None, network: str) -> None:
    assert network_of(source_ip) == network
