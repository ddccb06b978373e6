"""Tells a repeated request from a new one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Idempotency:
    """`key` belongs to one caller and one kind of request: '<user>#<kind>#<key as sent>'.
    `body_hash` tells a repetition from another request."""

    key: str
    body_hash: str

    @property
    def sent_key(self) -> str:
        return self.key.split("#", 2)[-1]
