"""Whoever knows users is told of each change of what they know, and of nothing else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kernel.caller import Grants, Role, SourceGrant
from services.auth.domain.errors import NotMapped, UserChanged
from services.auth.domain.user import Identity
from services.auth.domain_services.admit_identity import admit_identity
from services.auth.use_cases.change_password import NewOwnPassword, change_password
from services.auth.use_cases.end_sessions import end_own_sessions, end_sessions_of
from tests.fakes.auth_world import ADDRESS, PASSWORD, AuthWorld
from tests.unit.auth.administering import change, create, remove

USERS, ADMINS = frozenset({"ferry-users"}), frozenset({"ferry-admins"})
MIA = Identity("https://idp.example|42", "mia", "Mia Miller", USERS, vouched=True)
GRANTS = Grants((SourceGrant("outgoing", "new/"),), ("acme",))


def changes_told(world: AuthWorld) -> list[dict[str, Any]]:
    return [data for kind, data in world.told() if kind == "UserChanged.v1"]


def admit(world: AuthWorld, groups: frozenset[str] = USERS) -> None:
    admit_identity(replace(MIA, groups=groups), ADDRESS, ports=world.ports)


@pytest.mark.parametrize(
    ("changes", "roles", "locked"),
    [
        ({"roles": (Role.OPERATOR, Role.AUDITOR)}, ["operator", "auditor"], False),
        ({"grants": GRANTS}, ["user"], False),
        ({"grants": Grants()}, ["user"], False),
        ({"locked": True}, ["user"], True),
        ({"roles": (Role.ADMIN,), "locked": True, "full_name": "A"}, ["admin"], True),
        ({"full_name": "Ann B."}, ["user"], False),
        ({"email": "ann@acme.example"}, ["user"], False),
    ],
)
def test_a_change_by_an_admin_is_told(
    changes: dict[str, Any], roles: list[str], locked: bool
) -> None:
    world = AuthWorld()
    world.pass_time(5)
    stored = change(world, "ann", **changes)
    [told] = changes_told(world)
    assert told == {
        "user": "ann",
        "name": changes.get("full_name", "Ann"),
        "email": changes.get("email"),
        "destinations": [*changes.get("grants", Grants(destinations=("acme",))).destinations],
        "roles": roles,
        "locked": locked,
        "removed": False,
        "changed_at": "2026-11-01T00:00:05Z",
        "sequence": stored.version,
    }


def test_locked_and_unlocked_are_told_in_their_order() -> None:
    world = AuthWorld()
    change(world, "ann", locked=True)
    change(world, "ann", password="an entirely new one")
    change(world, "ann", locked=False)
    told = [(data["locked"], data["sequence"]) for data in changes_told(world)]
    assert told == [(True, 1), (False, 3)]


@pytest.mark.parametrize("locked", [False, True])
def test_a_removed_user_has_neither_roles_nor_name_nor_address(locked: bool) -> None:
    world = AuthWorld()
    world.add("bob", Role.USER, locked=locked, email="bob@acme.example")
    remove(world, "bob")
    [told] = changes_told(world)
    assert (told["name"], told["email"], told["destinations"]) == (None, None, [])
    assert (told["user"], told["removed"], told["roles"]) == ("bob", True, [])
    assert (told["locked"], told["sequence"]) == (locked, world.users.rows["bob"].version)


@pytest.mark.parametrize(
    "act",
    [
        lambda world: create(world),
        lambda world: change(world, "ann", full_name="Ann", no_email=True),
        lambda world: change(world, "ann", password="an entirely new one"),
        lambda world: change(world, "ann", roles=(Role.USER,), locked=False),
        lambda world: change(world, "ann", grants=world.users.read("ann").grants),
        lambda world: end_sessions_of(world.caller("ada"), "ann", ports=world.ports),
        lambda world: end_own_sessions(world.caller("ann"), ports=world.ports),
        lambda world: change_password(
            world.caller("ann"), NewOwnPassword(PASSWORD, "an entirely new one"), ports=world.ports
        ),
        lambda world: admit(world),
    ],
    ids=["made", "name", "set", "same", "granted", "ended", "left", "password", "arrival"],
)
def test_what_changes_nothing_that_others_know_is_not_told(
    act: Callable[[AuthWorld], object],
) -> None:
    world = AuthWorld()
    act(world)
    assert changes_told(world) == []


def test_a_login_that_rehashes_the_password_is_not_told() -> None:
    world = AuthWorld()
    world.passwords.parameters = "p2"
    world.log_in()
    assert world.users.read("ann").version == 1
    assert changes_told(world) == []


def test_a_login_that_changes_roles_is_told_once() -> None:
    world = AuthWorld()
    for groups in (USERS, ADMINS, ADMINS):
        admit(world, groups)
    [told] = changes_told(world)
    assert (told["user"], told["roles"]) == ("mia", ["admin"])
    assert told["sequence"] == world.users.read("mia").version


def test_a_login_without_groups_tells_that_the_roles_are_gone() -> None:
    world = AuthWorld()
    admit(world)
    for _ in range(2):
        with pytest.raises(NotMapped):
            admit(world, frozenset())
    [told] = changes_told(world)
    assert (told["user"], told["roles"], told["removed"]) == ("mia", [], False)


def test_a_change_that_loses_against_a_rival_is_not_told() -> None:
    world = AuthWorld()
    world.calls.before("users.save", lambda: change(world, "ann", roles=(Role.AUDITOR,)))
    with pytest.raises(UserChanged):
        change(world, "ann", roles=(Role.OPERATOR,))
    assert [data["roles"] for data in changes_told(world)] == [["auditor"]]


def test_a_login_during_an_admins_change_tells_the_state_after_both() -> None:
    """The login has read the user before the admin's change, and has to look again."""
    world = AuthWorld()
    admit(world)
    world.calls.before("users.save", lambda: change(world, "mia", grants=GRANTS))
    admit(world, ADMINS)
    told = [(data["roles"], data["sequence"]) for data in changes_told(world)]
    assert told == [(["user"], 1), (["admin"], 2)]
    assert world.users.read("mia").version == 2


def test_a_removal_during_a_login_is_the_last_that_is_told() -> None:
    world = AuthWorld()
    admit(world)
    world.calls.before("users.save", lambda: remove(world, "mia"))
    with pytest.raises(NotMapped):
        admit(world, ADMINS)
    assert [data["removed"] for data in changes_told(world)] == [True]


def test_whoever_is_told_of_a_lock_is_told_before_the_sessions_end() -> None:
    world = AuthWorld()
    world.log_in()
    change(world, "ann", locked=True)
    kinds = [kind for kind, _ in world.told()]
    assert kinds == ["SessionOpened.v1", "UserChanged.v1", "SessionClosed.v1"]
