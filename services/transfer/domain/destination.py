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
    FTP = "ftp"
    FTPS = "ftps"

    @property
    def is_ftp(self) -> bool:
        return self is not Protocol.SFTP


class Tls(StrEnum):
    """How an FTPS connection becomes encrypted."""

    EXPLICIT = "explicit"  # it begins plain, and AUTH TLS comes before everything else
    IMPLICIT = "implicit"  # it is encrypted from its first byte on


class ProvedBy(StrEnum):
    """What has to prove that a server is the partner's, before a login is sent."""

    HOST_KEY = "host_key"  # a pinned one of SSH
    CERTIFICATE = "certificate"  # a pinned one, or its public key
    PUBLIC_AUTHORITY = "public_authority"  # that a public authority vouches for its name
    NOTHING = "nothing"  # plain FTP cannot tell


class Delivery(StrEnum):
    ATOMIC = "atomic"  # a part file beside the target gets the target's name when it is whole
    DIRECT = "direct"  # straight to the target's name, for drop boxes that allow no rename


@dataclass(frozen=True)
class Destination:
    """Without `secret_id` and `auth` it has no credential: nothing can be sent until one is set.
    `host_keys` are the pins, those of TLS as well. An FTPS server without pins is known by its
    name, for which a public authority has to vouch.

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
    credential_at: datetime | None = None  # when it was replaced; None: never
    host_keys: tuple[HostKey, ...] = ()
    profile: ServerProfile | None = None
    retired_secret: str | None = None
    delivery: Delivery = Delivery.ATOMIC
    create_folders: bool = False  # the target's missing folders are made
    probe_writes: bool = True  # a probe may make files; else it only logs in and looks
    probe_name: str | None = None  # of the probe's files, for a partner that allows some names only
    version: int = 0
    edits: int = 0  # by people; `version` also counts what was found out about the server
    tls: Tls | None = None  # of FTPS only
    accepts_unencrypted_login: bool = False  # FTP without TLS sends nothing otherwise

    @property
    def tag(self) -> int:
        """The version that callers see. It also changes when the id is removed and registered
        again. What a lane or a probe finds out about the server changes nothing that people edit,
        so it costs nobody an edit."""
        return int(self.created_at.timestamp()) * MAX_CHANGES + self.edits

    @property
    def place(self) -> str:
        """Where files go. A path recorded at one place says nothing about another place."""
        return f"{self.user}@{self.host}:{self.port}"

    @property
    def login(self) -> tuple[Protocol, str, int, str]:
        """Whom the partner gave the credential to, and for which server: good nowhere else."""
        return self.protocol, self.host, self.port, self.user

    @property
    def proved_by(self) -> ProvedBy:
        match self.protocol:
            case Protocol.SFTP:
                return ProvedBy.HOST_KEY
            case Protocol.FTPS:
                return ProvedBy.CERTIFICATE if self.host_keys else ProvedBy.PUBLIC_AUTHORITY
            case Protocol.FTP:
                return ProvedBy.NOTHING

    @property
    def sessions(self) -> int:
        """How many are opened at once: max_sessions, or fewer where the server refused more. One
        more is tried each day, see recover_sessions."""
        found = self.profile.sessions if self.profile is not None else None
        if found is None or found.refused is None:
            return self.max_sessions
        return max(1, min(self.max_sessions, found.at_once + found.raised))

    @property
    def confirmed(self) -> bool:
        """Nobody has to confirm a key before a connection is tried. A certificate that no public
        authority vouches for is found out by the connection."""
        return bool(self.host_keys) or self.protocol.is_ftp
