"""A user's e-mail address is one that an admin gave or that the identity provider has verified."""

from dataclasses import replace

import pytest

from contracts.contract import MAX_MAIL
from kernel.caller import Role
from services.auth.domain.user import Identity, LoginMethod
from services.auth.domain_services.admit_identity import admit_identity
from tests.fakes.auth_world import ADDRESS, AuthWorld
from tests.unit.auth.administering import change, create, remove

MAIL, OTHER = "mia@acme.example", "mia.miller@acme.example"
MIA = Identity("https://idp.example|42", "mia", "Mia Miller", frozenset({"ferry-users"}), True)


def admit(world: AuthWorld, email: str | None) -> str | None:
    """The user's address after a login that brings this one."""
    return admit_identity(replace(MIA, email=email), ADDRESS, ports=world.ports).email


def addresses_told(world: AuthWorld) -> list[str | None]:
    return [data["email"] for kind, data in world.told() if kind.startswith("User")]


def test_an_admin_gives_changes_and_takes_an_address() -> None:
    world = AuthWorld()
    assert create(world, email=MAIL).email == MAIL
    assert change(world, "bob", email=OTHER).email == OTHER
    assert change(world, "bob", full_name="Bob B.").email == OTHER
    assert change(world, "bob", no_email=True).email is None
    assert addresses_told(world) == [MAIL, OTHER, OTHER, None]


def test_a_removed_user_leaves_no_address_behind() -> None:
    world = AuthWorld()
    create(world, email=MAIL)
    remove(world, "bob")
    assert world.users.rows["bob"].email is None


def test_every_login_brings_the_address_that_the_provider_verified() -> None:
    world = AuthWorld()
    assert [admit(world, each) for each in (MAIL, MAIL, OTHER)] == [MAIL, MAIL, OTHER]
    assert addresses_told(world) == [MAIL, OTHER]


def test_a_login_without_a_verified_address_leaves_the_one_that_is_there() -> None:
    world = AuthWorld()
    assert admit(world, None) is None
    change(world, "mia", email=MAIL)
    assert admit(world, None) == MAIL


def test_the_provider_knows_better_than_an_admin() -> None:
    world = AuthWorld()
    world.add("mia", Role.USER, login=LoginMethod.SSO, password_hash=None, email=OTHER)
    assert admit(world, MAIL) == MAIL


@pytest.mark.parametrize(
    "claim",
    ["", "mia", "mia@acme", "m\u0131a@acme.example", f"{MAIL}\n", f"{'a' * MAX_MAIL}@acme.example"],
)
def test_what_cannot_be_written_to_is_no_address(claim: str) -> None:
    world = AuthWorld()
    assert admit(world, claim) is None
