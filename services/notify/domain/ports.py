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
    def store(self, secret_id: str, secrets: Secrets) -> None: ...

    def read(self, secret_id: str) -> Secrets | None: ...

    def delete(self, secret_id: str) -> None: ...
