"""Services that are newer than the users are told of all users as they are."""

from typing import Any

import pytest

from services.auth.domain.errors import FieldInvalid, UserChanged
from services.auth.use_cases.announce_users import TRIES, Announced, announce_users
from tests.fakes.auth_world import PASSWORD, AuthWorld
from tests.unit.auth.administering import change, create, remove


def announced(world: AuthWorld, limit: int = 10) -> list[dict[str, Any]]:
    """What is told by announcing all users."""
    world.outbox.clear()
    done = announce_users(None, limit, ports=world.ports)
    while done.cursor is not None:
        assert done.users == limit
        done = announce_users(done.cursor, limit, ports=world.ports)
    return [data for kind, data in world.told() if kind == "UserChanged.v1"]


def test_each_user_is_told_with_their_latest_change_and_stays_as_they_are() -> None:
    world = AuthWorld()
    world.pass_time(5)
    change(world, "ann", email="ann@acme.example")
    change(world, "ann", locked=True)
    before = dict(world.users.rows)
    ada, ann = announced(world)
    assert (ada["user"], ada["name"], ada["sequence"]) == ("ada", "Ada", 0)
    assert (ann["email"], ann["locked"], ann["sequence"]) == ("ann@acme.example", True, 2)
    assert (ann["destinations"], ann["changed_at"]) == (["acme"], "2026-11-01T00:00:05Z")
    assert world.users.rows == before


def test_a_change_that_was_not_told_raises_the_sequence_that_is_announced() -> None:
    world = AuthWorld()
    change(world, "ann", password=f"{PASSWORD} 2")
    assert announced(world)[1]["sequence"] == 1


def test_many_users_are_told_page_by_page() -> None:
    world = AuthWorld()
    for name in ("bob", "cas", "dan"):
        create(world, name=name)
    told = [data["user"] for data in announced(world, limit=2)]
    assert told == ["ada", "ann", "bob", "cas", "dan"]


def test_a_change_at_the_same_moment_is_what_is_told() -> None:
    """The change comes after the list was read."""
    world = AuthWorld()
    rival = lambda: change(world, "ada", full_name="Ada L.")  # noqa: E731
    world.calls.before("users.announce", rival)
    told = [(data["name"], data["sequence"]) for data in announced(world) if data["user"] == "ada"]
    assert told == [("Ada L.", 1), ("Ada L.", 1)]  # by the admin, and by us


def test_whoever_is_removed_meanwhile_is_not_told_of_again() -> None:
    world = AuthWorld()
    create(world)
    world.calls.before("users.announce", lambda: remove(world, "bob"))
    assert announce_users(None, ports=world.ports) == Announced(users=2, cursor=None)
    assert [data["removed"] for _, data in world.told() if data["user"] == "bob"] == [False, True]


def test_who_is_changed_all_the_time_is_left_to_the_next_try() -> None:
    world = AuthWorld()
    names = iter(range(TRIES))
    act = lambda: change(world, "ada", full_name=f"Ada {next(names)}")  # noqa: E731
    world.calls.before_each("users.announce", act)
    with pytest.raises(UserChanged):
        announce_users(None, ports=world.ports)


def test_a_cursor_that_is_not_ours_is_refused() -> None:
    with pytest.raises(FieldInvalid):
        announce_users("x", ports=AuthWorld().ports)
