"""HTTP answers about destinations, their probes and what was found out."""

from typing import Literal

from pydantic import Field

from contracts.contract import (
    Bytes,
    Published,
    Slug,
    UtcTime,
)
from contracts.destination_api import Delivery, Protocol, ProvedBy, Tls
from contracts.transfer_events import Failure


class HostKeyView(Published):
    """`key` is the line to send in `host_keys`."""

    key: str
    fingerprint: str


class SessionsFoundView(Published):
    """So many sessions were open at once when a test counted them. With neither `refused` nor
    `untried` the server took as many as max_sessions allowed."""

    at_once: int = Field(ge=1)
    at: UtcTime
    refused: str | None = Field(default=None, description="why the server opened no further one")
    untried: str | None = Field(default=None, description="why no further one was asked for")
    raised: int = Field(default=0, ge=0, description="so many more are tried, one more each day")
    raised_at: UtcTime | None = Field(default=None, description="since when it is so many")


class ProfileView(Published):
    """What a probe found the server able to do. A field is null where the server does not say."""

    software: str
    cipher: str
    write_at_offset: bool
    rename: bool
    atomic_replace: bool
    fsync: bool
    max_write_bytes: Bytes | None
    max_read_bytes: Bytes | None
    free_bytes: Bytes | None
    round_trip_seconds: float = Field(ge=0)
    probed_at: UtcTime
    reopen: bool = Field(description="a closed file can be opened again and goes on")
    overwrite: bool = Field(description="an existing file can be written anew")
    exclusive: bool = Field(description="a file that must be new takes no other one's place")
    read: bool
    shows_files: bool = Field(description="a look at a file shows it and its size")
    tells_missing: bool = Field(description="a look at a name that nothing has says so")
    rename_overwrites: bool = Field(description="the plain RENAME takes the name of a file")
    remove: bool
    set_times: bool
    keeps_files: bool = Field(description="false: files are taken away when they are closed")
    left_behind: tuple[str, ...] = Field(description="files of the test that could not be removed")
    home: str | None
    banner: str | None
    checksums: tuple[str, ...] = Field(
        default=(), description="of a file, which the server computes itself, and computes right"
    )
    fsync_offered: bool | None = Field(
        default=None, description="`fsync` says whether it works; null: an older test"
    )
    truncate: bool | None = Field(
        default=None, description="the size of a file can be set; null: it could not be tried"
    )
    keeps_content: bool | None = Field(
        default=None, description="a file reads back as it was written; null: nobody read it"
    )
    large_writes: bool = Field(default=True, description="it takes writes as large as its limit")
    sessions: SessionsFoundView | None = None
    doubted: str | None = Field(
        default=None, description="what the server did since, against this; it is tested anew"
    )


class LoginView(Published):
    """What the login alone tells. `home` is the folder in which it begins."""

    software: str
    cipher: str
    home: str | None
    banner: str | None = Field(description="what the server shows to everybody who logs in")


class DestinationView(Published):
    """Neither `has_password` nor `has_key`: nothing can be sent until PATCH sets a credential."""

    id: Slug
    name: str
    protocol: Protocol
    host: str
    port: int
    user: str
    base_path: str
    max_sessions: int
    delivery: Delivery
    create_folders: bool
    probe_writes: bool
    probe_name: str | None
    has_password: bool
    has_key: bool
    host_keys: tuple[HostKeyView, ...]
    profile: ProfileView | None
    created_at: UtcTime
    updated_at: UtcTime
    cautions: tuple[str, ...] = Field(
        default=(), description="sentences about its sessions and about the age of its test"
    )
    tls: Tls | None = Field(default=None, description="of ftps: how it becomes encrypted")
    accepts_unencrypted_login: bool = False
    proved_by: ProvedBy | None = Field(
        default=None,
        description="what has to prove that the server is the partner's before it gets a login: a"
        " pinned host key, a pinned certificate, a public authority, or nothing (plain ftp)",
    )


class DestinationsPage(Published):
    """Sorted by id. `cursor` is null on the last page."""

    destinations: tuple[DestinationView, ...]
    cursor: str | None


class TestResult(Published):
    """With `host_key_unconfirmed`, and with the failure `host_key_changed`, compare the offered key
    with the partner's, then PATCH `host_keys`. With `host_key_unconfirmed` the failure
    `certificate_untrusted` says why a certificate has to be confirmed."""

    __test__ = False  # tells pytest that this is no test class

    status: Literal["ok", "host_key_unconfirmed", "failed"]
    offered_host_key: HostKeyView | None = None
    login: LoginView | None = None
    profile: ProfileView | None = None
    cautions: tuple[str, ...] = Field(default=(), description="what is not promised there")
    strategy: str | None = Field(default=None, description="how files will be moved there, and why")
    planned_proof: str | None = Field(
        default=None, description="what will be proven of a large file there, in one sentence"
    )
    failure: Failure | None = None
