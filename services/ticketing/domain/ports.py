"""What the use cases ask of the outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.ticketing.domain.desk import Fields, Record


@dataclass(frozen=True)
class LoginVersion:
    """Which value of the secret it is. `configured` is false while it names no instance."""

    version: str
    configured: bool


class Login(Protocol):
    def version(self) -> LoginVersion:
        """Read anew each time."""
        ...


class Desk(Protocol):
    """ServiceNow's tables. Each call takes 20 s at most and is made once, with the login as the
    secret has it now. Raises DeskError."""

    def find(self, table: str, correlation_id: str) -> Sequence[Record]:
        """At most two, the older one first, and only those whose correlation_id is exactly this.
        Raises ValueError for an empty one."""
        ...

    def create(self, table: str, fields: Fields) -> Record: ...

    def read(self, table: str, record_id: str) -> Record:
        """With its work notes. Raises RecordGone."""
        ...

    def change(self, table: str, record_id: str, fields: Fields) -> Record:
        """Raises RecordGone."""
        ...
