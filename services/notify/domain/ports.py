"""What the use cases ask of the outside."""

from typing import Protocol

from services.notify.domain.channel import Secrets
from services.notify.domain.message import Message, Sent, Target


class Sender(Protocol):
    def send(self, target: Target, message: Message, earlier: str | None = None) -> Sent:
        """Makes one try, of 20 s at most. `earlier` is the reference of a message there that is
        changed instead. Raises SendError."""
        ...


class Vault(Protocol):
    """Addresses, tokens and signing secrets. A secret is never changed: what is new gets an id of
    its own, so nobody reads half of the old and half of the new."""

    def store(self, secret_id: str, secrets: Secrets) -> None:
        """Needs an id that was never used."""
        ...

    def read(self, secret_id: str) -> Secrets | None:
        """None when it was deleted. Then the channel may name a newer one: read it again."""
        ...

    def delete(self, secret_id: str) -> None:
        """Idempotent."""
        ...
