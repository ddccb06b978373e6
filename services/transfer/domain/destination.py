"""A destination: one partner's server, how to reach it, what is pinned and what it can do."""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.transfer.domain.errors import FieldInvalid

MAX_CHANGES = 1_000_000  # of one destination; `tag` has 16 digits with its second of creation


class Protocol(StrEnum):
    SFTP = "sftp"


@dataclass(frozen=True)
class HostKey:
    """A server's public key as in known_hosts: algorithm and base64 blob."""

    algorithm: str
    blob: str

    @classmethod
    def parse(cls, line: str) -> "HostKey":
        """Reads 'ssh-ed25519 AAAA... [comment]'. Raises FieldInvalid."""
        words = line.split()
        advice = "Write it as in known_hosts without the host: '<algorithm> <base64>'."
        if len(words) < 2:
            raise FieldInvalid("host_keys", line, advice)
        try:
            raw = base64.b64decode(words[1], validate=True)
        except (binascii.Error, ValueError):
            raise FieldInvalid("host_keys", line, advice) from None
        name = words[0].encode()
        if raw[:4] != len(name).to_bytes(4, "big") or raw[4 : 4 + len(name)] != name:
            raise FieldInvalid(
                "host_keys", line, "The base64 part does not hold a key of that algorithm."
            )
        return cls(words[0], words[1])

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it: SHA256 in unpadded base64."""
        digest = hashlib.sha256(base64.b64decode(self.blob)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def __str__(self) -> str:
        return f"{self.algorithm} {self.blob}"


@dataclass(frozen=True)
class Credential:
    """Either a password or a private key (OpenSSH or PEM text, with its passphrase). repr() never
    shows them.
    """

    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)

    @property
    def auth(self) -> "Auth":
        return Auth.KEY if self.private_key is not None else Auth.PASSWORD


class Auth(StrEnum):
    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    KEY = "key"


@dataclass(frozen=True)
class ServerProfile:
    """What a probe found the server able to do. `free_bytes` and `max_*` are None where the server
    does not say.
    """

    software: str
    cipher: str
    write_at_offset: bool
    rename: bool
    atomic_replace: bool
    fsync: bool
    max_write_bytes: int | None
    max_read_bytes: int | None
    free_bytes: int | None
    round_trip_seconds: float
    probed_at: datetime


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
