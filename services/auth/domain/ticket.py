"""A ticket for a WebSocket. It stands in the address, where a token must not stand."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

LIFETIME = timedelta(seconds=30)  # a client connects as soon as it has the ticket
TEXT = re.compile(r"[A-Za-z0-9]{1,128}")  # as `new_id` makes them


@dataclass(frozen=True)
class Ticket:
    """Whoever has it may connect once, as the user of the session. Only its SHA-256 is stored."""

    ticket_hash: str
    user: str
    session_id: str
    made_at: datetime

    def good(self, now: datetime) -> bool:
        return now < self.made_at + LIFETIME


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
