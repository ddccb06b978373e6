"""Begins a login at the identity provider. Makes the address to go to, and what ties the answer to
the login."""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from services.auth.domain.errors import FieldInvalid
from services.auth.domain.ports import Policy, Ports
from services.auth.domain.session import ClientKind
from services.auth.domain.sso import SsoLogin

# Browsers and libraries read user names, backslashes, fragments, spaces and other alphabets in
# different ways. So an address may have none of them.
_ADDRESS = re.compile(
    r"(https?://[a-z0-9.-]+(?::[0-9]{1,5})?)(?:[/?][A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]*)?"
)
# A program on the user's own computer (RFC 8252, 7.3). The challenge does not tell whose program it
# is. Somebody may listen on that computer and make the user open a link with a challenge of their
# own. Then they get the session. So this is allowed only where programs need it.
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost):[0-9]{1,5}")


@dataclass(frozen=True)
class Begun:
    """`browser` goes into a cookie. Only the browser with this cookie can finish the login."""

    url: str = field(repr=False)
    state: str
    browser: str = field(repr=False)


def begin_sso(
    client: ClientKind, return_to: str | None, challenge: str | None, *, ports: Ports
) -> Begun:
    """Raises FieldInvalid, SsoNotConfigured, ProviderError."""
    if return_to is not None:
        check_return(return_to, ports.policy)
    state, nonce, browser = ports.new_id(), ports.new_id(), ports.new_id()
    verifier = s256(ports.new_id() + ports.new_id())  # its form and length are right for PKCE
    url = ports.provider.authorization_url(state, nonce, s256(verifier))
    login = SsoLogin(
        state=state,
        nonce=nonce,
        verifier=verifier,
        browser_hash=digest(browser),
        client=client,
        return_to=return_to,
        challenge=challenge,
        begun_at=ports.now(),
    )
    ports.sso.keep_login(login)
    return Begun(url, state, browser)


def check_return(address: str, policy: Policy) -> None:
    """Raises FieldInvalid unless `address` is at an allowed origin. With `sso_loopback` it may also
    be on the user's own computer."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        advice = "Give an address of http or https without user, fragment or backslash."
        raise FieldInvalid("return_to", address, advice)
    allowed = {origin.rstrip("/").lower() for origin in policy.return_origins}
    on_loopback = policy.sso_loopback and _LOOPBACK.fullmatch(found[1])
    if found[1] not in allowed and not on_loopback:
        advice = "Its origin is not one of those that this installation allows (CORS_ORIGINS)."
        raise FieldInvalid("return_to", address, advice)


def s256(text: str) -> str:
    """The challenge of a verifier (RFC 7636, 4.2)."""
    return urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")


def digest(secret: str) -> str:
    """The form in which a secret is stored. Whoever reads the table cannot use it."""
    return sha256(secret.encode()).hexdigest()
