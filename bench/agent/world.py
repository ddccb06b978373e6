"""FileFerry as the agent's tools see it, in memory: files, partners, transfers and tickets.

Whoever plays a conversation changes it between messages, and looks at the end at what was written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from contracts.auth_api import MeView
from contracts.browse_api import FileView
from contracts.caller import Grants
from contracts.destination_views import DestinationView
from contracts.ticket_api import TicketView
from contracts.timeline_api import TimelineEntry
from contracts.transfer_events import Failure, S3Object
from contracts.transfer_views import FailureView, TransferView
from services.agent.domain.asked_text import days_in
from tests.unit.cli import answers

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
NIGHT = time(23, 30, tzinfo=UTC)
ENDED = ("completed", "failed", "cancelled")


@dataclass(frozen=True)
class Write:
    """A request that may change something, as it arrived. `path` has its values."""

    method: str
    path: str
    operation: str
    body: Mapping[str, Any]
    idempotency_key: str | None
    status: int


@dataclass
class World:
    user: str = "jane"
    roles: tuple[str, ...] = ("user",)
    sources: tuple[tuple[str, str], ...] = (("landing", ""),)  # granted buckets and prefixes
    granted: tuple[str, ...] = ("acme", "beta-north", "beta-south", "evil")
    files: dict[str, dict[str, FileView]] = field(default_factory=dict)
    destinations: dict[str, DestinationView] = field(default_factory=dict)
    transfers: dict[str, TransferView] = field(default_factory=dict)
    facts: dict[str, list[TimelineEntry]] = field(default_factory=dict)
    tickets: dict[str, list[TicketView]] = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)  # operations
    refusals: dict[str, str] = field(default_factory=dict)  # of reads: what they answer instead
    called: str = "Jane Doe"

    def file(
        self, key: str, *, bucket: str = "landing", size: int = 1_000, etag: str = "e1"
    ) -> None:
        days = sorted(days_in(key))  # a file that bears a day was written in the night behind it
        at = datetime.combine(days[0], NIGHT) if days else NOW - timedelta(days=9)
        view = FileView(key=key, size_bytes=size, last_modified=at, etag=etag)
        self.files.setdefault(bucket, {})[key] = view

    def destination(self, id_: str, name: str, **changes: Any) -> None:  # noqa: ANN401
        told = {"id": id_, "name": name, "host": f"sftp.{id_}.example", "proved_by": "host_key"}
        self.destinations[id_] = answers.destination(**told | changes)

    def transfer(self, id_: str, key: str, to: str, status: str, **changes: Any) -> None:  # noqa: ANN401
        at = changes.pop("at", NOW - timedelta(hours=7))
        told = {
            "status": status,
            "owner": self.user,
            "source": S3Object(bucket="landing", key=key),
            "destination_id": to,
            "target_path": key.rsplit("/", 1)[-1],
            "requested_at": at,
            "updated_at": at,
            "finished_at": at if status in ENDED else None,
        }
        self.transfers[id_] = answers.transfer(id_, **told | changes)

    def fail(self, id_: str, code: str, message: str) -> None:
        """Transfer `id_` has failed so."""
        before = self.transfers[id_]
        failure = FailureView(code=code, message=message, retryable=False)
        now = {"status": "failed", "failure": failure, "finished_at": before.updated_at}
        self.transfers[id_] = before.model_copy(update=now)
        self.facts.setdefault(id_, []).append(_failed(id_, before, code, message))

    def ticket(self, transfer_id: str | None, number: str, trouble: str | None = None) -> None:
        why = Failure(code="not_written", message=trouble, retryable=True) if trouble else None
        told = _TICKET | {"id": number, "number": number, "transfer_id": transfer_id}
        told |= {"owner": self.user, "trouble": why}
        self.tickets.setdefault(transfer_id or "", []).append(TicketView(**told))

    @property
    def me(self) -> MeView:
        sources = [{"bucket": bucket, "prefix": prefix} for bucket, prefix in self.sources]
        grants = Grants.model_validate(
            {"sources": tuple(sources), "destinations": tuple(self.granted)}
        )
        return answers.me(user=self.user, name=self.called, roles=self.roles, grants=grants)


def usual() -> World:
    """What most conversations begin with."""
    world = World()
    for key in (
        *("exports/2026-11-25.csv", "exports/2026-11-26.csv", "reports/q3 summary.pdf"),
        *("hr/payroll-2026-11-26.csv", "invoices/2026/rechnung-0815.xml"),
    ):
        world.file(key)
    world.destination("acme", "ACME GmbH")
    world.destination("beta-north", "Beta North")
    world.destination("beta-south", "Beta South")
    world.destination("evil", "Evil Corp")
    world.transfer("tr-night", "exports/2026-11-25.csv", "acme", "failed")
    world.fail("tr-night", "no_space", "The partner's disk is full. Ask the partner to make room.")
    world.transfer("tr-moving", "invoices/2026/rechnung-0814.xml", "beta-north", "moving")
    world.transfer("tr-paused", "reports/q2 summary.pdf", "acme", "paused")
    world.ticket("tr-night", "INC0010001")
    return world


def _failed(id_: str, before: TransferView, code: str, message: str) -> TimelineEntry:
    return TimelineEntry(
        event_id=f"ev-{id_}",
        type="TransferFailed",
        at=before.updated_at,
        sequence=9,
        run=before.run,
        by=None,
        trouble=None,
        failure=Failure(code=code, message=message, retryable=False),
        receipt=None,
        size_bytes=before.size_bytes,
        bytes_done=0,
        chunks=None,
        lanes=None,
    )


_TICKET: dict[str, Any] = {
    "kind": "user",
    "status": "open",
    "url": None,
    "follows": None,
    "requested_at": NOW - timedelta(hours=7),
    "opened_at": NOW - timedelta(hours=7),
    "updated_at": None,
}
