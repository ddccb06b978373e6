"""The text of a refresh token. It names user and session, and holds the secret that proves it."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Self

from services.auth.domain.errors import TokenRefused
from services.auth.domain.named_secret import decode_name, encode_name

_TEXT = re.compile(r"([A-Za-z0-9_-]{2,86})\.([A-Za-z0-9]{1,128})\.([A-Za-z0-9]{1,128})")


@dataclass(frozen=True)
class RefreshToken:
    """`<base64url of user>.<session id>.<secret>`. Only `digest` is ever stored."""

    user: str
    session_id: str
    secret: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises TokenRefused for a text that the property `text` never returns."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise TokenRefused("no refresh token")
        user = decode_name(found[1])
        token = cls(user or "", found[2], found[3])
        if user is None or token.text != text:
            raise TokenRefused("no refresh token")
        return token

    @property
    def text(self) -> str:
        return f"{encode_name(self.user)}.{self.session_id}.{self.secret}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.secret.encode()).hexdigest()
