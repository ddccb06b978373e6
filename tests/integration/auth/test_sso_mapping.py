"""Which users the people of a real provider become here, login by login."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kernel.caller import Role
from services.auth.domain.user import LoginMethod, User
from tests.integration.auth.sso_fixtures import (
    ANN,
    BOB,
    CLIENT,
    EVE,
    LEAN,
    MAX,
    ODD,
    Install,
    installed,
    provider,
)
from tests.integration.auth.sso_installation import Installation, refused
from tests.servers.oidc_provider import Client, OidcProvider, Person
from tests.unit.runtime.conftest import environment as fresh_telemetry

__all__ = ["fresh_telemetry", "installed", "provider"]


def not_mapped(here: Installation, answer: Any) -> tuple[str, str | None]:  # noqa: ANN401
    """The reason and the user of LoginFailed."""
    assert (answer.status, answer.body["code"]) == (403, "not_mapped"), answer
    failed = [data for kind, data in here.told() if kind == "LoginFailed.v1"]
    assert failed[-1]["method"] == "sso"
    assert failed[-1]["source_ip"] == "192.0.2.7"
    return failed[-1]["reason"], failed[-1]["user"]


def test_names_are_in_lower_case(installed: Install) -> None:
    here = installed()
    assert here.log_in(MAX).status == 200
    assert here.user("max.power@acme.example").full_name == "max.power@acme.example"


def test_another_claim_can_be_the_name(installed: Install) -> None:
    here = installed(OIDC_USER_CLAIM="preferred_username")
    assert here.log_in(EVE).status == 200  # her address is not verified, and not asked for
    assert here.user("eve").subject is not None
    assert here.user("eve").email is None


def test_a_name_that_does_not_fit_is_refused(installed: Install) -> None:
    here = installed()
    assert not_mapped(here, here.log_in(ODD)) == ("not_mapped", None)


@pytest.mark.parametrize("client", [CLIENT, LEAN], ids=["id-token", "userinfo"])
def test_an_address_that_the_provider_did_not_verify_is_nobodys_name(
    installed: Install, client: Client
) -> None:
    assert "not verified" in refused(installed(client).log_in(EVE))


def test_nobody_gets_in_without_a_group_that_has_a_role(installed: Install) -> None:
    here = installed()
    assert not_mapped(here, here.log_in(BOB)) == ("no_role", None)
    assert here.users.page(10, None).items == []


def test_roles_follow_the_groups_at_every_login(installed: Install, provider: OidcProvider) -> None:
    here, zoe = installed(), Person("zoe", ["ferry-users"])
    for groups, roles in (
        (["ferry-users"], (Role.USER,)),
        (["ferry-audit"], (Role.AUDITOR,)),
        (["ferry-operators", "ferry-users"], (Role.USER, Role.OPERATOR)),
    ):
        provider.know(Person("zoe", groups, password=zoe.password))
        assert here.log_in(zoe).status == 200
        assert here.user(zoe.email).roles == roles


def test_the_verified_address_follows_the_provider_at_every_login(
    installed: Install, provider: OidcProvider
) -> None:
    here = installed(OIDC_USER_CLAIM="preferred_username")
    for email, verified, kept in (
        ("kim@acme.example", True, "kim@acme.example"),
        ("kim@home.example", False, "kim@acme.example"),
        ("Kim.K@acme.example", True, "Kim.K@acme.example"),
    ):
        kim = Person("kim", ["ferry-users"], email, email_verified=verified)
        provider.know(kim)
        assert here.log_in(kim).status == 200
        assert here.user("kim").email == kept
    told = {data["sequence"]: data["email"] for kind, data in here.told() if "User" in kind}
    assert told == {0: "kim@acme.example", 1: "Kim.K@acme.example"}


def test_who_lost_the_groups_loses_the_roles_too(
    installed: Install, provider: OidcProvider
) -> None:
    here, yan = installed(), Person("yan", ["ferry-users"])
    provider.know(yan)
    assert here.log_in(yan).status == 200
    provider.know(Person("yan", ["golf"], password=yan.password))
    assert not_mapped(here, here.log_in(yan)) == ("no_role", yan.email)
    assert here.user(yan.email).roles == ()


def user(name: str, **changes: Any) -> User:  # noqa: ANN401
    now = datetime.now(UTC)
    return replace(User(name, "Somebody", (Role.ADMIN,), now, now), **changes)


@pytest.mark.parametrize(
    "taken",
    [
        user(ANN.email, password_hash="$argon2id$"),
        user(ANN.email, login=LoginMethod.SSO, subject="https://other.example|1"),
    ],
    ids=["a user with a password", "somebody else at the provider"],
)
def test_a_user_who_is_there_already_is_not_taken_over(installed: Install, taken: User) -> None:
    here = installed()
    stored = here.users.create(taken, None)
    assert not_mapped(here, here.log_in(ANN)) == ("not_mapped", ANN.email)
    assert here.user(ANN.email) == stored


def test_a_user_made_for_single_sign_on_is_bound_to_the_first_who_comes(
    installed: Install, provider: OidcProvider
) -> None:
    here = installed()
    here.users.create(user(ANN.email, login=LoginMethod.SSO), None)
    assert here.log_in(ANN).status == 200
    bound = here.user(ANN.email)
    assert bound.subject is not None
    assert bound.subject.startswith(f"{provider.issuer}|")
    assert bound.roles == (Role.USER, Role.OPERATOR)


def test_a_locked_user_is_refused(installed: Install) -> None:
    here = installed()
    assert here.log_in(ANN).status == 200
    here.users.save(replace(here.user(ANN.email), locked=True))
    assert not_mapped(here, here.log_in(ANN)) == ("user_locked", ANN.email)
