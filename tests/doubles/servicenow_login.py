"""Who may use the ServiceNow double: passwords with a lock, and tokens that expire."""

import base64
import binascii
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.doubles.http_call import Answer, Call, json_answer

WRONG_LOGINS = 5  # after so many in a row the account is locked


@dataclass
class Account:
    """The integration user. Tokens of the OAuth client act as this user, too."""

    user: str
    password: str
    client_id: str
    client_secret: str
    token_seconds: float = 1_799.0
    roles: frozenset[str] = frozenset({"itil", "rest_service"})
    wrong: int = 0
    locked: bool = False
    tokens: dict[str, float] = field(default_factory=dict)  # token -> end, of a monotonic clock
    counts: Counter[str] = field(default_factory=Counter)

    def admits(self, call: Call) -> bool:
        """A locked account's right password is refused like a wrong one, and tells nothing."""
        scheme, _, credentials = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._counted(self.tokens.get(credentials, 0.0) > time.monotonic(), "token")
        if scheme.lower() != "basic":
            return self._counted(False, "none")
        user, password = _basic(credentials)
        if user != self.user:
            return self._counted(False, "unknown user")
        if self.locked:
            return self._counted(False, "locked")
        if secrets.compare_digest(password.encode(), self.password.encode()):
            self.wrong = 0
            return self._counted(True, "password")
        self.wrong += 1
        self.locked = self.wrong >= WRONG_LOGINS
        return self._counted(False, "wrong password")

    def token(self, call: Call) -> Answer:
        form = dict(parse_qsl(call.text, keep_blank_values=True))
        scheme, _, credentials = call.headers.get("authorization", "").partition(" ")
        client = (form.get("client_id", ""), form.get("client_secret", ""))
        if scheme.lower() == "basic":
            client = _basic(credentials)
        right = client == (self.client_id, self.client_secret) and not self.locked
        if form.get("grant_type") != "client_credentials" or not right:
            self.counts["token refused"] += 1
            refused = {"error_description": "access_denied", "error": "server_error"}
            return json_answer(401, refused)
        token = secrets.token_urlsafe(48)
        self.tokens[token] = time.monotonic() + self.token_seconds
        self.counts["token given"] += 1
        given = {
            "access_token": token,
            "scope": "useraccount",
            "token_type": "Bearer",
            "expires_in": int(self.token_seconds),
        }
        return json_answer(200, given)

    def change(self, wanted: dict[str, Any]) -> None:
        """`locked`, `password`, `client_secret`, `roles`, `expire_tokens`. Raises KeyError."""
        for name, value in wanted.items():
            if name == "expire_tokens":
                self.tokens.clear()
            elif name == "roles":
                self.roles = frozenset(value)
            elif name in ("locked", "password", "client_secret", "token_seconds"):
                setattr(self, name, value)
            else:
                raise KeyError(f"logins have no {name!r}")
        if wanted.get("locked") is False:
            self.wrong = 0

    def _counted(self, admitted: bool, how: str) -> bool:
        self.counts[f"{how} {'taken' if admitted else 'refused'}"] += 1
        return admitted


def _basic(credentials: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
