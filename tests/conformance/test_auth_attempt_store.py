"""AttemptStore. Each try is counted in all its records or in none, and forgotten in time."""

from dataclasses import replace
from datetime import timedelta

from services.auth.domain.attempts import ANY, Attempts
from tests.conformance.auth_stores import NOON, AuthStores, an_event

HERE, THERE = "192.0.2.7", "2001:db8:0:1::/64"
FIRST = Attempts("ann", HERE, 1, NOON)
OF_NAME, OF_ADDRESS = Attempts("ann", ANY, 1, NOON), Attempts(ANY, HERE, 1, NOON)
SECOND = Attempts("ann", HERE, 2, NOON, version=1)


def test_a_name_without_tries_has_none(auth_stores: AuthStores) -> None:
    assert auth_stores.attempts.read("ann", HERE) is None
    auth_stores.attempts.forgive("ann")
    assert auth_stores.attempts.read("ann", HERE) is None


def test_tries_come_back_with_the_next_version(auth_stores: AuthStores) -> None:
    assert auth_stores.attempts.save(FIRST)
    assert auth_stores.attempts.read("ann", HERE) == replace(FIRST, version=1)
    known = replace(SECOND, known_until=NOON + timedelta(days=30))
    assert auth_stores.attempts.save(known)
    assert auth_stores.attempts.read("ann", HERE) == replace(known, version=2)


def test_names_and_addresses_are_counted_apart(auth_stores: AuthStores) -> None:
    every = (FIRST, OF_NAME, OF_ADDRESS, replace(FIRST, address=THERE), replace(FIRST, name="bob"))
    for number, each in enumerate(every, 1):
        assert auth_stores.attempts.save(replace(each, count=number))
    for number, each in enumerate(every, 1):
        found = auth_stores.attempts.read(each.name, each.address)
        assert found == replace(each, count=number, version=1)
    assert auth_stores.attempts.read("annika", HERE) is None
    assert auth_stores.attempts.read("bob", ANY) is None


def test_of_two_who_saw_the_same_only_one_counts(auth_stores: AuthStores) -> None:
    assert auth_stores.attempts.save(FIRST)
    assert not auth_stores.attempts.save(FIRST)
    assert auth_stores.attempts.save(SECOND)
    assert not auth_stores.attempts.save(SECOND)
    assert auth_stores.attempts.read("ann", HERE) == replace(SECOND, version=2)


def test_when_one_of_them_was_counted_meanwhile_none_is(auth_stores: AuthStores) -> None:
    assert auth_stores.attempts.save(OF_ADDRESS)
    assert not auth_stores.attempts.save(FIRST, OF_NAME, OF_ADDRESS)
    assert auth_stores.attempts.read("ann", HERE) is None
    assert auth_stores.attempts.read("ann", ANY) is None
    again = replace(OF_ADDRESS, count=2, version=1)
    assert auth_stores.attempts.save(FIRST, OF_NAME, again)
    assert auth_stores.attempts.read(ANY, HERE) == replace(again, version=2)


def test_an_admin_forgives_all_of_a_name_and_what_is_known_stays(auth_stores: AuthStores) -> None:
    known = replace(FIRST, address=THERE, known_until=NOON + timedelta(days=30))
    others = (OF_ADDRESS, replace(FIRST, name="bob"))
    for each in (FIRST, OF_NAME, known, *others):
        auth_stores.attempts.save(each)
    auth_stores.attempts.forgive("ann")
    for each in (FIRST, OF_NAME, known):
        found = auth_stores.attempts.read(each.name, each.address)
        assert found == replace(each, count=0, version=2)
    for each in others:
        assert auth_stores.attempts.read(each.name, each.address) == replace(each, version=1)


def test_a_try_counted_on_tries_that_were_forgiven_is_counted_anew(auth_stores: AuthStores) -> None:
    auth_stores.attempts.save(FIRST)
    auth_stores.attempts.forgive("ann")
    assert not auth_stores.attempts.save(SECOND)
    assert auth_stores.attempts.save(replace(FIRST, version=2))


def test_tries_are_forgotten_a_day_after_the_last(auth_stores: AuthStores) -> None:
    auth_stores.attempts.save(FIRST)
    auth_stores.clock.pass_time(hours=23)
    assert auth_stores.attempts.read("ann", HERE) is not None
    assert not auth_stores.attempts.save(FIRST)
    auth_stores.clock.pass_time(hours=1)
    assert auth_stores.attempts.read("ann", HERE) is None
    auth_stores.attempts.forgive("ann")
    again = Attempts("ann", HERE, 1, auth_stores.clock.now)
    assert auth_stores.attempts.save(again)
    assert auth_stores.attempts.read("ann", HERE) == replace(again, version=1)


def test_a_known_address_is_remembered_longer(auth_stores: AuthStores) -> None:
    auth_stores.attempts.save(replace(FIRST, known_until=NOON + timedelta(days=30)))
    auth_stores.clock.pass_time(days=29)
    assert auth_stores.attempts.read("ann", HERE) is not None
    auth_stores.clock.pass_time(days=1)
    assert auth_stores.attempts.read("ann", HERE) is None


def test_a_failed_try_is_told_and_stays_counted(auth_stores: AuthStores) -> None:
    auth_stores.attempts.save(FIRST)
    auth_stores.attempts.failed(FIRST, [an_event("e1")])
    auth_stores.attempts.failed(FIRST, [an_event("e2")])
    assert auth_stores.told() == ["e1", "e2"]
    assert auth_stores.attempts.read("ann", HERE) == replace(FIRST, version=1)
