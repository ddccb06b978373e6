"""Attacks on single sign-on fail at a real provider."""

from tests.integration.auth.sso_fixtures import (
    ANN,
    ASKING,
    CLIENT,
    EVE,
    SYMMETRIC,
    Install,
    installed,
    provider,
)
from tests.integration.auth.sso_installation import (
    CALLBACK,
    SECRET,
    Browser,
    query_of,
    refused,
)
from tests.integration.moto_clients import moto_client
from tests.servers.oidc_provider import sign_in
from tests.unit.runtime.conftest import environment as fresh_telemetry

__all__ = ["fresh_telemetry", "installed", "provider"]


def test_another_browser_cannot_finish_a_login(installed: Install) -> None:
    here, browser = installed(), Browser()
    address = sign_in(here.begin(browser), ANN)
    assert "another browser" in refused(here.come_back(Browser(), address))
    assert "finished before" in refused(here.come_back(browser, address))  # and it is used up


def test_the_cookie_of_another_login_does_not_do(installed: Install) -> None:
    here, browser, attacker = installed(), Browser(), Browser()
    here.begin(browser)
    mine = next(iter(browser.cookies.values()))
    address = sign_in(here.begin(attacker), ANN)
    planted = Browser(dict.fromkeys(attacker.cookies, mine))
    assert "another browser" in refused(here.come_back(planted, address))


def test_two_tabs_can_log_in_at_the_same_time(installed: Install) -> None:
    here, browser = installed(), Browser()
    ways = [here.begin(browser), here.begin(browser)]
    answers = [here.come_back(browser, sign_in(way, ANN)) for way in ways]
    assert [answer.status for answer in answers] == [200, 200]
    assert browser.cookies == {}


def test_a_state_that_was_never_given_is_refused(installed: Install) -> None:
    here, browser = installed(), Browser()
    address = sign_in(here.begin(browser), ANN)
    refused(here.come_back(browser, address, state="0" * 32))


def test_a_callback_is_good_once(installed: Install) -> None:
    here, browser = installed(), Browser()
    address = sign_in(here.begin(browser), ANN)
    cookies = Browser(dict(browser.cookies))
    assert here.come_back(browser, address).status == 200
    refused(here.come_back(cookies, address))


def test_a_code_of_another_login_is_refused(installed: Install) -> None:
    """The provider enforces PKCE, and the attacker's code does not fit our verifier."""
    here, browser, attacker = installed(), Browser(), Browser()
    code = query_of(sign_in(here.begin(attacker), EVE))["code"]
    address = sign_in(here.begin(browser), ANN)
    assert "know the code" in refused(here.come_back(browser, address, code=code))


def test_a_login_of_another_nonce_is_refused(installed: Install) -> None:
    """Somebody put an ID token of another login into this one. Everything else fits."""
    here, browser = installed(), Browser()
    url = here.begin(browser)
    address = sign_in(url.replace(query_of(url)["nonce"], "f" * 32), ANN)
    assert "another login" in refused(here.come_back(browser, address))


def test_tokens_signed_with_the_clients_own_secret_do_not_count(installed: Install) -> None:
    """The real provider signs for this client with HS256."""
    assert "not signed in a way" in refused(installed(SYMMETRIC).log_in(ANN))


def test_who_does_not_agree_at_the_provider_is_told_so(installed: Install) -> None:
    here, browser = installed(ASKING), Browser()
    address = sign_in(here.begin(browser), ANN, agrees=False)
    assert "denied" in refused(here.come_back(browser, address))


def test_a_text_in_the_address_is_not_repeated(installed: Install) -> None:
    here, browser = installed(), Browser()
    state = query_of(here.begin(browser))["state"]
    answer = here.api(
        "GET", CALLBACK, headers=browser.headers, query={"state": state, "error": "call 555-1234"}
    )
    assert "555" not in refused(answer)


def test_a_wrong_client_secret_is_our_own_fault(installed: Install) -> None:
    here = installed()
    moto_client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString="old")
    answer = here.log_in(ANN)
    assert (answer.status, answer.body["code"]) == (502, "identity_provider_failed")
    moto_client("secretsmanager").put_secret_value(
        SecretId=SECRET, SecretString=CLIENT.secret or ""
    )
    assert here.log_in(ANN).status == 200  # the new one counts at once
