"""Single sign-on through the service's own handler, at a real provider."""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from kernel.caller import Grants, Role
from services.auth.domain.user import LoginMethod
from services.auth.use_cases.begin_sso import s256
from tests.integration.auth.sso_fixtures import (
    ANN,
    ASKING,
    CLIENT,
    LEAN,
    PUBLIC,
    Install,
    installed,
    provider,
)
from tests.integration.auth.sso_installation import (
    CALLBACK,
    CONSOLE,
    REDIRECT_URI,
    TABLE,
    Browser,
    query_of,
    refused,
)
from tests.integration.moto_clients import moto_client
from tests.servers.oidc_provider import Client, OidcProvider, sign_in
from tests.unit.runtime.conftest import Lines, lines
from tests.unit.runtime.conftest import environment as fresh_telemetry

__all__ = ["fresh_telemetry", "installed", "lines", "provider"]

VERIFIER = "verifier-of-the-page-that-asked-0123456789abc"
PAGE = {"return_to": f"{CONSOLE}/in?tab=2", "challenge": s256(VERIFIER), "client": "console"}


def test_the_browser_is_sent_to_the_provider_with_everything_that_protects_the_login(
    installed: Install, provider: OidcProvider
) -> None:
    answer = installed().api("GET", "/api/login/sso")
    assert answer.status == 302
    url = answer.headers["Location"]
    asked = query_of(url)
    assert url.startswith(f"{provider.issuer}/authorize/?")
    assert asked["redirect_uri"] == REDIRECT_URI
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid profile email"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 22
    name, _, flags = answer.headers["Set-Cookie"].partition("=")
    assert name.startswith("__Host-")
    assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(flags.split("; "))
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("client", [CLIENT, ASKING, PUBLIC, LEAN], ids=lambda each: each.client_id)
def test_somebody_the_provider_knows_gets_tokens_and_becomes_a_user(
    installed: Install, client: Client
) -> None:
    here = installed(client)
    answer = here.log_in(ANN)
    assert answer.status == 200, answer
    assert answer.body["token_type"] == "Bearer"
    assert answer.headers["Cache-Control"] == "no-store"
    user = here.user(ANN.email)
    assert (user.full_name, user.roles) == ("Ann Archer", (Role.USER, Role.OPERATOR))
    assert (user.login, user.password_hash, user.grants) == (LoginMethod.SSO, None, Grants())
    told = dict(here.told())
    assert sorted(told) == ["SessionOpened.v1", "UserAdded.v1"]
    added, opened = told["UserAdded.v1"], told["SessionOpened.v1"]
    assert (added["user"], added["email"], added["roles"]) == (
        ANN.email,
        ANN.email,
        ["user", "operator"],
    )
    assert (opened["user"], opened["method"]) == (ANN.email, "sso")
    assert (opened["client"], opened["source_ip"]) == ("api", "192.0.2.7")


def test_a_page_gets_a_code_that_only_its_verifier_redeems_and_only_once(
    installed: Install,
) -> None:
    here = installed()
    answer = here.log_in(ANN, **PAGE)
    assert (answer.status, answer.body) == (303, None)
    target = answer.headers["Location"]
    assert target.startswith(f"{CONSOLE}/in?tab=2&code=")
    assert [kind for kind, _ in here.told()] == ["UserAdded.v1"]
    wish = {"code": query_of(target)["code"], "verifier": VERIFIER}
    redeemed = here.api("POST", "/api/login/sso", wish)
    assert redeemed.status == 200, redeemed
    assert dict(here.told())["SessionOpened.v1"]["client"] == "console"
    again = here.api("POST", "/api/login/sso", wish)
    assert (again.status, again.body["code"]) == (401, "sso_refused")


def test_a_wrong_verifier_uses_the_code_up(installed: Install) -> None:
    here = installed()
    code = query_of(here.log_in(ANN, **PAGE).headers["Location"])["code"]
    for verifier in ("x" * 43, VERIFIER):
        answer = here.api("POST", "/api/login/sso", {"code": code, "verifier": verifier})
        assert (answer.status, answer.body["code"]) == (401, "sso_refused")
    assert [kind for kind, _ in here.told()] == ["UserAdded.v1"]


def test_a_user_locked_meanwhile_cannot_redeem_the_code(installed: Install) -> None:
    here = installed()
    code = query_of(here.log_in(ANN, **PAGE).headers["Location"])["code"]
    here.users.save(replace(here.user(ANN.email), locked=True))
    answer = here.api("POST", "/api/login/sso", {"code": code, "verifier": VERIFIER})
    assert "locked" in refused(answer)
    assert [kind for kind, _ in here.told()] == ["UserAdded.v1"]


def test_an_address_that_is_not_allowed_is_refused_before_anybody_is_sent_anywhere(
    installed: Install,
) -> None:
    query = {**PAGE, "return_to": "https://evil.example/"}
    answer = installed().api("GET", "/api/login/sso", query=query)
    assert (answer.status, answer.body["code"]) == (400, "field_invalid")
    assert "Location" not in answer.headers


def test_secrets_and_codes_are_in_no_log_and_not_in_the_table(
    installed: Install, lines: Lines
) -> None:
    here, browser = installed(), Browser()
    address = sign_in(here.begin(browser, **PAGE), ANN)
    cookie = next(iter(browser.cookies.values()))
    page = here.come_back(browser, address).headers["Location"]
    code = query_of(page)["code"]
    stored = str(moto_client("dynamodb").scan(TableName=TABLE)["Items"])
    tokens = here.api("POST", "/api/login/sso", {"code": code, "verifier": VERIFIER}).body
    logged = str(lines())
    provider_code = query_of(address)["code"]
    hidden = [code, cookie, provider_code, VERIFIER, CLIENT.secret or "", tokens["access_token"]]
    assert [each for each in hidden if each in logged] == []
    assert [each for each in hidden if each in stored] == []
    assert urlsplit(page).hostname == "console.example"


def test_without_a_provider_there_is_no_single_sign_on(installed: Install) -> None:
    here = installed(OIDC_ISSUER="")
    wish = {"code": "c", "verifier": VERIFIER}
    answers = [
        here.api("GET", "/api/login/sso"),
        here.api("GET", CALLBACK, query={"state": "s", "code": "c"}),
        here.api("POST", "/api/login/sso", wish),
    ]
    assert [(each.status, each.body["code"]) for each in answers] == [
        (404, "sso_not_configured")
    ] * 3
