"""A single sign-on on its way: at the provider, and back to the caller."""

from dataclasses import dataclass, field
from datetime import datetime

from services.auth.domain.session import ClientKind


@dataclass(frozen=True)
class SsoLogin:
    """A login under way at the identity provider. `verifier` and `nonce` tie the provider's answer
    to this login.

    `browser_hash` is the SHA-256 of a cookie. The browser that began the login has that cookie.
    """

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    browser_hash: str
    client: ClientKind
    return_to: str | None
    challenge: str | None
    begun_at: datetime


@dataclass(frozen=True)
class SsoCode:
    """A login that went well. Its code waits for the page that it is meant for, and is good once.

    `generation` is that of the user at the login.
    """

    code_hash: str
    user: str
    client: ClientKind
    challenge: str
    made_at: datetime
    generation: int = 0
