"""A login as it is kept between two calls of the command."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from contracts.auth_api import TokensView

RENEW_SECONDS = 300.0  # an access token is renewed that long before its end
SPARE_SECONDS = 10.0  # a token that ends sooner may be over when it arrives


@dataclass(frozen=True)
class StoredSession:
    """`access_until`: seconds since 1970, by this computer's clock."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_until: float

    @classmethod
    def of(cls, tokens: TokensView, asked_at: float) -> "StoredSession":
        return cls(
            tokens.access_token.get_secret_value(),
            tokens.refresh_token.get_secret_value(),
            asked_at + tokens.expires_in_seconds,
        )

    @property
    def mark(self) -> str:
        """Tells this refresh token from others. Nobody can make the token of it."""
        return sha256(self.refresh_token.encode()).hexdigest()[:16]

    def lasts(self, seconds: float, now: float) -> bool:
        """Whether the access token is valid for `seconds` more."""
        return now + seconds < self.access_until

    def text(self) -> str:
        return json.dumps([self.access_token, self.refresh_token, self.access_until])

    @classmethod
    def parse(cls, text: str) -> "StoredSession | None":
        """None where it is nothing that `text()` wrote."""
        try:
            found: Any = json.loads(text)
            access, refresh, until = found
            access_until = float(until)
        except (ValueError, TypeError):
            return None
        if not isinstance(access, str) or not isinstance(refresh, str):
            return None
        return cls(access, refresh, access_until)
