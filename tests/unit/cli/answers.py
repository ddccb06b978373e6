"""Answers of the API, made with its contract models."""

from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from contracts.auth_api import MeView, SessionView, TokensView, UserView
from contracts.browse_api import FileView
from contracts.caller import Grants, SourceGrant
from contracts.destination_views import DestinationsPage, DestinationView, HostKeyView, ProfileView
from contracts.receipt import Receipt
from contracts.transfer_events import S3Object
from contracts.transfer_views import (
    ChunkCounts,
    FailureView,
    LaneView,
    TransferSummary,
    TransferView,
)

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
KEY = HostKeyView(key="ssh-ed25519 AAAAC3Nza", fingerprint="SHA256:abcdef")
RECEIPT = Receipt(
    target_path="/in/today.csv",
    bytes_sent=1_234,
    crc64nvme="0123456789abcdef",
    verified="checksum",
    proven="sampled",
    source_checksum="matched",
    source_algorithm="crc64nvme",
    host_key_fingerprint="SHA256:abcdef",
    chunks=1,
    attempts=1,
    started_at=NOW,
    finished_at=NOW,
)


def summary(transfer_id: str = "t-1", **changes: Any) -> TransferSummary:  # noqa: ANN401
    return TransferSummary(**_summary(transfer_id) | changes)


def transfer(transfer_id: str = "t-1", **changes: Any) -> TransferView:  # noqa: ANN401
    more = {
        "correlation_id": "c-1",
        "bytes_done": 617,
        "percent": 50.0,
        "rate_bytes_per_second": 1_000.0,
        "eta_seconds": 75.0,
        "files": None,
        "include": (),
        "exclude": (),
        "chunks": ChunkCounts(total=2, done=1, open=1),
        "lanes": (LaneView(number=1, state="moving", turn=1, bytes_in_flight=0, failures=0),),
        "attempts": 1,
        "warnings": (),
        "cautions": (),
    }
    return TransferView(**_summary(transfer_id) | more | changes)


def _summary(transfer_id: str) -> dict[str, Any]:
    return {
        "id": transfer_id,
        "status": "moving",
        "owner": "jane",
        "label": None,
        "source": S3Object(bucket="exports", key="reports/today.csv"),
        "destination_id": "acme",
        "target_path": "today.csv",
        "final_path": None,
        "if_exists": "fail",
        "verify": "checksum",
        "readback_percent": None,
        "planned_proof": None,
        "strategy": None,
        "size_bytes": 1_234,
        "source_checksum": None,
        "run": 1,
        "requested_at": NOW,
        "updated_at": NOW,
        "started_at": None,
        "finished_at": None,
        "failure": None,
        "receipt": None,
        "origin": None,
    }


def failure(code: str = "no_space", message: str = "Ask the partner to make room.") -> FailureView:
    return FailureView(code=code, message=message, retryable=False)


def user(name: str = "jane", **changes: Any) -> UserView:  # noqa: ANN401
    return UserView(**_user(name) | changes)


def me(**changes: Any) -> MeView:  # noqa: ANN401
    session = SessionView(
        id="s-1",
        method="password",
        client="api",
        opened_at=NOW,
        last_seen_at=NOW,
        expires_at=NOW + timedelta(hours=12),
        idle_seconds=None,
    )
    return MeView(**_user("jane") | {"session": session} | changes)


def _user(name: str) -> dict[str, Any]:
    source = SourceGrant(bucket="exports", prefix="reports/")
    return {
        "user": name,
        "name": "Jane Doe",
        "email": "jane@acme.example",
        "roles": ("user",),
        "grants": Grants(sources=(source,), destinations=("acme",)),
        "login": "password",
        "locked": False,
        "created_at": NOW,
        "updated_at": NOW,
    }


def tokens(
    access: str = "access-1", refresh: str = "refresh-1", seconds: int = 3_600
) -> TokensView:
    return TokensView(
        access_token=SecretStr(access),
        refresh_token=SecretStr(refresh),
        expires_in_seconds=seconds,
        session_expires_at=NOW + timedelta(hours=12),
    )


def file(key: str, size_bytes: int = 1_234) -> FileView:
    return FileView(key=key, size_bytes=size_bytes, last_modified=NOW, etag='"e"')


def destination(**changes: Any) -> DestinationView:  # noqa: ANN401
    described: dict[str, Any] = {
        "id": "acme",
        "name": "ACME",
        "protocol": "sftp",
        "host": "sftp.acme.example",
        "port": 22,
        "user": "ferry",
        "base_path": "/",
        "max_sessions": 4,
        "delivery": "atomic",
        "create_folders": False,
        "probe_writes": True,
        "probe_name": None,
        "has_password": True,
        "has_key": False,
        "host_keys": (KEY,),
        "profile": profile(),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return DestinationView(**described | changes)


def destinations_page(**changes: Any) -> DestinationsPage:  # noqa: ANN401
    return DestinationsPage(destinations=(destination(**changes),), cursor=None)


def profile() -> ProfileView:
    able = (
        *("write_at_offset", "rename", "atomic_replace", "fsync", "reopen", "overwrite"),
        *("exclusive", "read", "shows_files", "tells_missing", "rename_overwrites", "remove"),
        *("set_times", "keeps_files"),
    )
    return ProfileView(
        software="OpenSSH",
        cipher="aes256-gcm",
        max_write_bytes=None,
        max_read_bytes=None,
        free_bytes=None,
        round_trip_seconds=0.01,
        probed_at=NOW,
        left_behind=(),
        home="/",
        banner=None,
        checksums=(),
        **dict.fromkeys(able, True),  # type: ignore[arg-type]
    )
