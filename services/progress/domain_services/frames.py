"""Puts pieces of JSON into as few messages as fit into a frame."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from contracts.websocket.server_messages import Delta, Gone, Snapshot

MAX_BYTES = 30_000  # API Gateway counts each 32 KB of a message as one
ENVELOPE_BYTES = 400  # of a message without its pieces


def snapshots(
    pieces: Sequence[str], now: datetime, request_id: str | None = None, *, more: bool = False
) -> Iterator[str]:
    """At least one. `more`: others follow after the last one."""
    groups = list(_grouped(pieces))
    for number, group in enumerate(groups, 1):
        empty = Snapshot(
            request_id=request_id, sent_at=now, transfers=(), more=more or number < len(groups)
        )
        yield _filled(empty.model_dump_json(), "transfers", group)


def deltas(
    pieces: Sequence[str],
    now: datetime,
    request_id: str | None = None,
    *,
    recovered: bool = False,
    more: bool = False,
) -> Iterator[str]:
    """At least one. `more`: others follow after the last one."""
    groups = list(_grouped(pieces))
    for number, group in enumerate(groups, 1):
        empty = Delta(
            request_id=request_id,
            sent_at=now,
            changes=(),
            recovered=recovered,
            more=more or number < len(groups),
        )
        yield _filled(empty.model_dump_json(), "changes", group)


def not_found(transfer_ids: Sequence[str], now: datetime, request_id: str | None) -> str:
    return Gone(
        request_id=request_id,
        sent_at=now,
        transfer_ids=tuple(transfer_ids),
        code="transfer_not_found",
        message="There is none of these among the transfers that you may see.",
        more=True,
    ).model_dump_json()


def _grouped(pieces: Sequence[str]) -> Iterator[list[str]]:
    group: list[str] = []
    size = ENVELOPE_BYTES
    for piece in pieces:
        length = len(piece.encode()) + 1
        if group and size + length > MAX_BYTES:
            yield group
            group, size = [], ENVELOPE_BYTES
        group.append(piece)
        size += length
    yield group


def _filled(empty: str, field: str, pieces: Sequence[str]) -> str:
    """Each piece was written once for all its readers. So only the brackets are filled here."""
    head, tail = empty.split(f'"{field}":[]')
    return f'{head}"{field}":[{",".join(pieces)}]{tail}'
