"""Finishes a login at the identity provider. Gives a session, or a code for the page that asked."""

from dataclasses import dataclass, field
from hmac import compare_digest

from services.auth.domain.errors import AuthError, NotMapped, ProviderError, SsoRefused
from services.auth.domain.ports import Ports
from services.auth.domain.session import ClientKind
from services.auth.domain.sso import SsoCode, SsoLogin
from services.auth.domain.user import LoginMethod, User
from services.auth.domain_services.admit_identity import admit_identity
from services.auth.domain_services.open_session import OpenedSession, open_session
from services.auth.use_cases.begin_sso import digest

# RFC 6749, 4.1.2.1 and OpenID Connect Core, 3.1.2.6. No other text of the answer is shown, because
# anybody can write an address with a text in it.
_ERRORS = {
    "access_denied": "the identity provider denied it, or you did not agree there",
    "consent_required": "the identity provider wants your consent, or an administrator's",
    "interaction_required": "the identity provider wants you to do something there first",
    "invalid_request": "the identity provider does not accept how we ask (invalid_request)",
    "invalid_scope": "the identity provider does not know a scope of OIDC_SCOPES",
    "login_required": "the identity provider wants you to log in there first",
    "server_error": "the identity provider failed (server_error)",
    "temporarily_unavailable": "the identity provider is not available at the moment",
    "unauthorized_client": "the identity provider does not let this client ask",
}


@dataclass(frozen=True)
class Returned:
    """What the browser came back with. `browser` is the cookie that it got at the beginning."""

    state: str
    code: str | None = field(repr=False)
    error: str | None
    browser: str | None = field(repr=False)
    source_ip: str | None


@dataclass(frozen=True)
class Redirect:
    """The page to go on at. Its address holds the code, or the code of what `refused` the login."""

    url: str = field(repr=False)
    refused: AuthError | None = None


def finish_sso(returned: Returned, *, ports: Ports) -> OpenedSession | Redirect:
    """A login of the console is told of a refusal at its own page, once it is known that this
    browser began it. Raises SsoRefused, NotMapped, SsoNotConfigured, ProviderError."""
    login = ports.sso.take_login(returned.state, ports.now())
    if login is None:
        raise SsoRefused("it took too long, or was finished before")
    # Somebody may be led here by a link, to be logged in as somebody else without noticing it.
    # Their browser does not have this cookie.
    if not compare_digest(digest(returned.browser or ""), login.browser_hash):
        raise SsoRefused("it was begun in another browser")
    try:
        return _finished(returned, login, ports=ports)
    except (SsoRefused, NotMapped, ProviderError) as refused:
        if login.return_to is None or login.client is not ClientKind.CONSOLE:
            raise
        return Redirect(_with(login.return_to, "error", str(refused.code)), refused)


def _finished(returned: Returned, login: SsoLogin, *, ports: Ports) -> OpenedSession | Redirect:
    if returned.error is not None:
        unnamed = "the identity provider answered with an error"
        raise SsoRefused(_ERRORS.get(returned.error, unnamed))
    if returned.code is None:
        raise SsoRefused("the identity provider sent no code")
    identity = ports.provider.identity(returned.code, login.verifier, login.nonce)
    user = admit_identity(identity, returned.source_ip, ports=ports)
    if login.return_to is None or login.challenge is None:
        return open_session(user, LoginMethod.SSO, login.client, returned.source_ip, ports=ports)
    return _hand_over(user, login, login.return_to, login.challenge, ports=ports)


def _hand_over(
    user: User, login: SsoLogin, return_to: str, challenge: str, *, ports: Ports
) -> Redirect:
    code = ports.new_id()
    kept = SsoCode(
        code_hash=digest(code),
        user=user.name,
        client=login.client,
        challenge=challenge,
        made_at=ports.now(),
        generation=user.generation,
    )
    ports.sso.keep_code(kept)
    return Redirect(_with(return_to, "code", code))


def _with(address: str, name: str, value: str) -> str:
    """`value` needs no escaping: it is one of our own words, or an id."""
    return f"{address}{'&' if '?' in address else '?'}{name}={value}"
