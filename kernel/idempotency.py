"""Tells a repeated request from a new one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Idempotency:
    """`key` is '<user>#<kind>#<key as sent>', so it belongs to one caller and one kind of request.
    `body_hash` tells a repeated request from another one."""

    key: str
    body_hash: str

    @property
    def sent_key(self) -> str:
        return self.key.split("#", 2)[-1]
