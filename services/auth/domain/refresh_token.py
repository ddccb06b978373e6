"""The text of a refresh token. It names user and session, and holds the secret that proves it."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from typing import Self

from services.auth.domain.errors import TokenRefused
from services.auth.domain.user import NAME

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
        token = cls(_user_of(found[1]), found[2], found[3])
        if token.text != text:  # base64 has several spellings of one name
            raise TokenRefused("no refresh token")
        return token

    @property
    def text(self) -> str:
        user = base64.urlsafe_b64encode(self.user.encode()).decode().rstrip("=")
        return f"{user}.{self.session_id}.{self.secret}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.secret.encode()).hexdigest()


def _user_of(encoded: str) -> str:
    try:
        name = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        raise TokenRefused("no refresh token") from None
    if not NAME.fullmatch(name):
        raise TokenRefused("no refresh token")
    return name
