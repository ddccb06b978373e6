"""A login at the identity provider, from its beginning to its session."""

from base64 import urlsafe_b64encode
from dataclasses import dataclass, field, replace
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest

from services.auth.domain.errors import ProviderError, SsoRefused
from services.auth.domain.session import ClientKind
from services.auth.domain.user import Identity
from services.auth.domain_services.open_session import OpenedSession
from services.auth.use_cases.begin_sso import Begun, begin_sso
from services.auth.use_cases.end_sessions import end_sessions_of
from services.auth.use_cases.finish_sso import Redirect, Returned, finish_sso
from services.auth.use_cases.manage_users import remove_user
from services.auth.use_cases.redeem_sso import redeem_sso
from tests.fakes.auth_world import ADDRESS, AuthWorld

MIA = Identity("https://idp.example|42", "mia", "Mia Miller", frozenset({"ferry-users"}))
PAGE = "https://console.example/in"
VERIFIER = "v" * 43
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@dataclass
class OneIdentity:
    """Implements IdentityProvider. Everybody is Mia. Checks PKCE and nonce as a provider does."""

    asked: dict[str, str] = field(default_factory=dict)

    def authorization_url(self, state: str, nonce: str, challenge: str) -> str:
        self.asked = {"state": state, "nonce": nonce, "challenge": challenge}
        return f"https://idp.example/authorize?state={state}"

    def identity(self, code: str, verifier: str, nonce: str) -> Identity:
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
        assert (challenge, nonce) == (self.asked["challenge"], self.asked["nonce"])
        assert 43 <= len(verifier) <= 128
        return MIA


@pytest.fixture
def provider() -> OneIdentity:
    return OneIdentity()


@pytest.fixture
def world(provider: OneIdentity) -> AuthWorld:
    return AuthWorld(provider=provider)


def begin(world: AuthWorld, return_to: str | None = None) -> Begun:
    challenge = CHALLENGE if return_to else None
    return begin_sso(ClientKind.CONSOLE, return_to, challenge, ports=world.ports)


def returned(begun: Begun) -> Returned:
    return Returned(begun.state, "code", None, begun.browser, ADDRESS)


def code_at(world: AuthWorld, return_to: str = PAGE) -> str:
    end = finish_sso(returned(begin(world, return_to)), ports=world.ports)
    assert isinstance(end, Redirect)
    [code] = parse_qs(urlsplit(end.url).query)["code"]
    return code


def redeem(world: AuthWorld, code: str, verifier: str = VERIFIER) -> OpenedSession:
    return redeem_sso(code, verifier, ADDRESS, ports=world.ports)


def test_a_login_ends_in_a_session(world: AuthWorld) -> None:
    opened = finish_sso(returned(begin(world)), ports=world.ports)
    assert isinstance(opened, OpenedSession)
    assert world.authorize(opened.access_token).user.name == "mia"
    assert opened.session.idle_seconds == 1_800  # the console asked


def test_no_two_logins_share_anything_that_protects_them(
    world: AuthWorld, provider: OneIdentity
) -> None:
    seen: set[str] = set()
    for _ in range(3):
        begun = begin(world)
        seen |= {begun.browser, *provider.asked.values()}
    assert len(seen) == 12


def test_what_is_stored_does_not_help_to_finish_a_login(world: AuthWorld) -> None:
    begun = begin(world)
    [login] = world.sso.logins.values()
    assert begun.browser not in str(vars(login))
    stolen = replace(returned(begun), browser=login.browser_hash)
    with pytest.raises(SsoRefused, match="another browser"):
        finish_sso(stolen, ports=world.ports)


@pytest.mark.parametrize(("seconds", "good"), [(599, True), (600, False)])
def test_a_login_may_take_ten_minutes(world: AuthWorld, seconds: int, good: bool) -> None:
    begun = begin(world)
    world.pass_time(seconds)
    if good:
        assert isinstance(finish_sso(returned(begun), ports=world.ports), OpenedSession)
    else:
        with pytest.raises(SsoRefused, match="too long"):
            finish_sso(returned(begun), ports=world.ports)


@pytest.mark.parametrize(("seconds", "good"), [(59, True), (60, False)])
def test_a_code_is_good_for_a_minute(world: AuthWorld, seconds: int, good: bool) -> None:
    code = code_at(world)
    world.pass_time(seconds)
    if good:
        assert redeem(world, code).session.user == "mia"
    else:
        with pytest.raises(SsoRefused, match="older than a minute"):
            redeem(world, code)


@pytest.mark.parametrize("browser", [None, "", "0" * 32])
def test_without_the_cookie_nothing_is_finished(world: AuthWorld, browser: str | None) -> None:
    begun = begin(world)
    for given in (browser, begun.browser):  # the second try finds nothing any more
        with pytest.raises(SsoRefused):
            finish_sso(replace(returned(begun), browser=given), ports=world.ports)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("access_denied", "denied"),
        ("temporarily_unavailable", "not available"),
        ("<script>", "answered with an error"),
        (None, "no code"),
    ],
)
def test_a_callback_without_a_code_is_refused(
    world: AuthWorld, error: str | None, told: str
) -> None:
    bad = replace(returned(begin(world)), code=None, error=error)
    with pytest.raises(SsoRefused, match=told):
        finish_sso(bad, ports=world.ports)


def test_the_console_is_told_of_a_refusal_at_its_own_page(world: AuthWorld) -> None:
    bad = replace(returned(begin(world, PAGE)), code=None, error="access_denied")
    end = finish_sso(bad, ports=world.ports)
    assert isinstance(end, Redirect)
    assert end.url == f"{PAGE}?error=sso_refused"
    assert "denied" in str(end.refused)


def test_a_program_that_waits_for_a_code_is_not_sent_an_error(world: AuthWorld) -> None:
    begun = begin_sso(ClientKind.API, PAGE, CHALLENGE, ports=world.ports)
    with pytest.raises(SsoRefused):
        finish_sso(replace(returned(begun), code=None, error="access_denied"), ports=world.ports)


def test_another_browser_is_not_sent_to_the_page_that_began(world: AuthWorld) -> None:
    with pytest.raises(SsoRefused):
        finish_sso(replace(returned(begin(world, PAGE)), browser="other"), ports=world.ports)


def test_an_error_counts_even_when_there_is_a_code(world: AuthWorld) -> None:
    with pytest.raises(SsoRefused):
        finish_sso(replace(returned(begin(world)), error="server_error"), ports=world.ports)


def test_a_wrong_verifier_burns_the_code(world: AuthWorld) -> None:
    code = code_at(world)
    with pytest.raises(SsoRefused, match="verifier"):
        redeem(world, code, "w" * 43)
    with pytest.raises(SsoRefused, match="not known"):
        redeem(world, code)


def test_the_challenge_itself_is_no_verifier(world: AuthWorld) -> None:
    with pytest.raises(SsoRefused):
        redeem(world, code_at(world), CHALLENGE)


def test_a_user_removed_meanwhile_cannot_redeem_the_code(world: AuthWorld) -> None:
    code = code_at(world)
    remove_user(world.caller("ada"), "mia", None, ports=world.ports)
    with pytest.raises(SsoRefused, match="removed"):
        redeem(world, code)


def test_a_code_from_before_all_sessions_of_the_user_ended_opens_none(world: AuthWorld) -> None:
    code = code_at(world)
    end_sessions_of(world.caller("ada"), "mia", ports=world.ports)
    with pytest.raises(SsoRefused, match="sessions were ended"):
        redeem(world, code)
    assert redeem(world, code_at(world)).session.user == "mia"


def test_a_page_keeps_its_own_query(world: AuthWorld) -> None:
    end = finish_sso(returned(begin(world, f"{PAGE}?tab=1")), ports=world.ports)
    assert isinstance(end, Redirect)
    assert end.url.startswith(f"{PAGE}?tab=1&code=")


def test_nothing_is_kept_when_the_provider_is_down(world: AuthWorld) -> None:
    world.calls.fail("provider.authorization_url", ProviderError("down"))
    with pytest.raises(ProviderError):
        begin(world)
    assert world.sso.logins == {}


def test_no_secret_is_in_what_may_be_printed(world: AuthWorld) -> None:
    begun = begin(world, PAGE)
    [login] = world.sso.logins.values()
    back = returned(begun)
    end = finish_sso(back, ports=world.ports)
    assert isinstance(end, Redirect)
    [code] = parse_qs(urlsplit(end.url).query)["code"]
    printed = repr((begun, login, back, end, *world.sso.codes.values()))
    assert [x for x in (begun.browser, login.verifier, login.nonce, code) if x in printed] == []
