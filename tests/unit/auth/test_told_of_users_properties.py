"""Whatever is done to users at once: each is told as added once, and as they are at the end."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.caller import Role
from kernel.errors import DeclaredError
from services.auth.domain.user import Identity, User
from services.auth.domain_services.admit_identity import admit_identity
from services.auth.use_cases.announce_users import announce_users
from services.auth.use_cases.end_sessions import end_own_sessions
from tests.fakes.auth_world import ADDRESS, AuthWorld
from tests.unit.auth.administering import KEY, change, create, remove

NAMES = ("ann", "bob", "mia")
Act = Callable[[AuthWorld, str], object]


class AnswerLost(Exception):
    """The store did it, and nobody was told so."""


def admit(world: AuthWorld, name: str, group: str, email: str | None) -> User:
    identity = Identity(f"https://idp.example|{name}", name, name, frozenset({group}), True, email)
    return admit_identity(identity, ADDRESS, ports=world.ports)


ACTS: dict[str, Act] = {
    "create": lambda world, name: create(world, name=name, email=f"{name}@acme.example"),
    "create again": lambda world, name: create(
        world, replace(KEY, key=name, body_hash=name), name=name
    ),
    "prepare": lambda world, name: create(world, name=name, password=None),
    "user": lambda world, name: admit(world, name, "ferry-users", None),
    "admin": lambda world, name: admit(world, name, "ferry-admins", f"{name}@idp.example"),
    "nobody": lambda world, name: admit(world, name, "golf", f"{name}@golf.example"),
    "rename": lambda world, name: change(world, name, full_name="Renamed"),
    "write": lambda world, name: change(world, name, email="new@acme.example"),
    "forget": lambda world, name: change(world, name, no_email=True),
    "lock": lambda world, name: change(world, name, locked=True),
    "unlock": lambda world, name: change(world, name, locked=False, roles=(Role.OPERATOR,)),
    "password": lambda world, name: change(world, name, password="an entirely new one"),
    "end": lambda world, name: end_own_sessions(world.caller(name), ports=world.ports),
    "remove": remove,
    "announce": lambda world, name: announce_users(None, ports=world.ports),
}


@dataclass(frozen=True)
class Step:
    """`rival` acts on the same user just before the step's first write. `lost`: the step is not
    told that this write was done."""

    act: str
    name: str
    rival: str | None
    lost: bool


STEPS = st.builds(
    Step,
    act=st.sampled_from(sorted(ACTS)),
    name=st.sampled_from(NAMES),
    rival=st.none() | st.sampled_from(sorted(ACTS)),
    lost=st.booleans(),
)
WRITES = ("users.create", "users.save", "users.announce")


def play(world: AuthWorld, step: Step) -> None:
    rival = step.rival
    plans = [world.calls.before(each, lambda: tried(world, rival, step.name)) for each in WRITES]
    if step.lost:
        plans += [world.calls.lose_answer(each, AnswerLost()) for each in WRITES]
    tried(world, step.act, step.name)
    for plan in plans:
        plan.end()


def tried(world: AuthWorld, act: str | None, name: str) -> None:
    if act is not None:
        with suppress(DeclaredError, AnswerLost):
            ACTS[act](world, name)


def facts(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in ("added_at", "changed_at")}


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_readers_know_every_user_as_they_are(steps: list[Step]) -> None:
    world = AuthWorld()
    for step in steps:
        play(world, step)
    told = [(kind, data) for kind, data in world.told() if kind.startswith("User")]
    for name, user in world.users.rows.items():
        mine = [(kind, data) for kind, data in told if data["user"] == name]
        added = [data for kind, data in mine if kind == "UserAdded.v1"]
        assert len(added) == (0 if name in ("ann", "ada") else 1)
        by_sequence: dict[int, dict[str, Any]] = {}
        for _, data in mine:
            known = by_sequence.setdefault(data["sequence"], facts(data))
            assert facts(data) == known, "one sequence tells two things"
        if mine:
            latest = by_sequence[max(by_sequence)]
            assert max(by_sequence) <= user.version
            assert_tells(latest, user)
        else:
            assert (user.email, user.locked, user.removed) == (None, False, False)
    assert {data["user"] for _, data in told} <= world.users.rows.keys()


def assert_tells(data: dict[str, Any], user: User) -> None:
    assert data["name"] == (None if user.removed else user.full_name)
    assert (data["email"], data["locked"], data["removed"]) == (
        user.email,
        user.locked,
        user.removed,
    )
    assert not (user.removed and user.email)
    assert data["roles"] == [role.value for role in user.roles]
    assert data["destinations"] == [*user.grants.destinations]
