"""AttemptStore: tries are counted one by one and forgotten after a day."""

from dataclasses import replace

from services.auth.domain.attempts import Attempts
from tests.conformance.auth_stores import NOON, AuthStores, an_event

FIRST = Attempts("ann", 1, NOON)


def test_a_name_without_tries_has_none(auth_stores: AuthStores) -> None:
    assert auth_stores.attempts.read("ann") is None
    auth_stores.attempts.clear("ann")


def test_tries_come_back_with_the_next_version(auth_stores: AuthStores) -> None:
    assert auth_stores.attempts.save(FIRST)
    assert auth_stores.attempts.read("ann") == replace(FIRST, version=1)
    assert auth_stores.attempts.save(Attempts("ann", 2, NOON, version=1))
    assert auth_stores.attempts.read("ann") == Attempts("ann", 2, NOON, version=2)
    assert auth_stores.attempts.read("annika") is None


def test_of_two_who_saw_the_same_only_one_counts(auth_stores: AuthStores) -> None:
    assert auth_stores.attempts.save(FIRST)
    assert not auth_stores.attempts.save(FIRST)
    assert auth_stores.attempts.save(Attempts("ann", 2, NOON, version=1))
    assert not auth_stores.attempts.save(Attempts("ann", 2, NOON, version=1))
    assert auth_stores.attempts.read("ann") == Attempts("ann", 2, NOON, version=2)


def test_a_try_counted_on_tries_that_were_cleared_is_counted_anew(auth_stores: AuthStores) -> None:
    auth_stores.attempts.save(FIRST)
    auth_stores.attempts.clear("ann")
    assert auth_stores.attempts.read("ann") is None
    assert not auth_stores.attempts.save(Attempts("ann", 2, NOON, version=1))
    assert auth_stores.attempts.save(FIRST)


def test_tries_are_forgotten_a_day_after_the_last(auth_stores: AuthStores) -> None:
    auth_stores.attempts.save(FIRST)
    auth_stores.clock.pass_time(hours=23)
    assert auth_stores.attempts.read("ann") is not None
    assert not auth_stores.attempts.save(FIRST)
    auth_stores.clock.pass_time(hours=1)
    assert auth_stores.attempts.read("ann") is None
    again = Attempts("ann", 1, auth_stores.clock.now)
    assert auth_stores.attempts.save(again)
    assert auth_stores.attempts.read("ann") == replace(again, version=1)


def test_a_failed_try_is_told_and_stays_counted(auth_stores: AuthStores) -> None:
    auth_stores.attempts.save(FIRST)
    auth_stores.attempts.failed(FIRST, [an_event("e1")])
    auth_stores.attempts.failed(FIRST, [an_event("e2")])
    assert auth_stores.told() == ["e1", "e2"]
    assert auth_stores.attempts.read("ann") == replace(FIRST, version=1)
