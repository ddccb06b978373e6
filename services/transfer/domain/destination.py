"""A destination: one partner's server, and how to reach it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.transfer.domain.credential import Auth
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.server_profile import ServerProfile

MAX_CHANGES = 1_000_000  # of one destination; `tag` has 16 digits with its second of creation


class Protocol(StrEnum):
    SFTP = "sftp"


@dataclass(frozen=True)
class Destination:
    """Without `secret_id` and `auth` it has no credential: nothing can be sent until one is set.

    `retired_secret`: nobody points to it any more; whoever changes the record next deletes it, if
    whoever retired it died before.
    """

    id: str
    name: str
    protocol: Protocol
    host: str
    port: int
    user: str
    base_path: str
    max_sessions: int
    secret_id: str | None
    created_at: datetime
    updated_at: datetime
    auth: Auth | None = Auth.PASSWORD  # which kind of credential the vault holds
    host_keys: tuple[HostKey, ...] = ()
    profile: ServerProfile | None = None
    retired_secret: str | None = None
    version: int = 0

    @property
    def tag(self) -> int:
        """The version that callers see. It also changes when the id is removed and registered
        again."""
        return int(self.created_at.timestamp()) * MAX_CHANGES + self.version

    @property
    def place(self) -> str:
        """Where files go. A path recorded at one place says nothing about another place."""
        return f"{self.user}@{self.host}:{self.port}"

    @property
    def login(self) -> tuple[Protocol, str, int, str]:
        """Whom the partner gave the credential to, and for which server: good nowhere else."""
        return self.protocol, self.host, self.port, self.user

    @property
    def confirmed(self) -> bool:
        return bool(self.host_keys)
