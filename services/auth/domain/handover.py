"""A session handed over: its user asks for a code, and another program redeems it."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.auth.domain.named_secret import decode_name, encode_name
from services.auth.domain.user import LoginMethod

LIFETIME = timedelta(minutes=5)  # to find the chat in the other program, and to paste the code
_TEXT = re.compile(r"([A-Za-z0-9_-]{2,86})\.([A-Za-z0-9]{1,128})")


class HandedTo(StrEnum):
    TEAMS = "teams"


@dataclass(frozen=True)
class Handover:
    """A user's one open code. Only the SHA-256 of its secret is stored. `session_id`, `method` and
    `generation` are those of the session that asked."""

    user: str
    to: HandedTo
    secret_hash: str = field(repr=False)
    session_id: str
    method: LoginMethod
    generation: int
    made_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.made_at + LIFETIME


@dataclass(frozen=True)
class HandoverCode:
    """`<base64url of user>.<secret>`."""

    user: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        return f"{encode_name(self.user)}.{self.secret}"

    @property
    def secret_hash(self) -> str:
        return hashlib.sha256(self.secret.encode()).hexdigest()


def read_code(text: str) -> HandoverCode | None:
    """None for a text that the property `text` never returns."""
    found = _TEXT.fullmatch(text)
    user = decode_name(found[1]) if found else None
    if found is None or user is None:
        return None
    code = HandoverCode(user, found[2])
    return code if code.text == text else None
