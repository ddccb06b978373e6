"""A transfer of one terabyte as a console is told of it: its first state, and each change."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from contracts.contract import Published
from contracts.transfer_views import TransferView
from contracts.websocket.live_transfer import LiveTransfer

TRANSFER_ID = "b1946ac92492d2347c6235b4d2611184"
EPOCH = "5f3a9c0d"
SIZE_BYTES = 10**12
LANES = 32
LEFT_OUT = 97  # one chunk of so many is left for later, so that the map has holes
MOST_HOLES = 200  # run lengths have at most 4,000 characters
APART = timedelta(seconds=0.5)  # two changes a second is the most that the service tells


class Story:
    """`changes` are told until all chunks are moved or the last change is told."""

    def __init__(self, chunks: int, changes: int) -> None:
        self.chunks, self.changes = chunks, changes
        self._states = bytearray(b"w" * chunks)
        self._random = random.Random(1)  # noqa: S311 - the same story each time
        self.seq, self.done, self._next, self._holes = 1, 0, 0, 0
        self.began = self.seen_at = datetime.now(UTC).replace(microsecond=0)

    def first(self) -> dict[str, Any]:
        """A LiveTransfer."""
        return _checked(
            LiveTransfer,
            {
                "transfer_id": TRANSFER_ID,
                "epoch": EPOCH,
                "seq": self.seq,
                "run": 1,
                "size_bytes": SIZE_BYTES,
                "chunk_runs": runs_of(self._states),
                "failure": None,
                "started_at": _text(self.began),
                "finished_at": None,
                "owner": "jane.doe",
                "label": "one terabyte",
                "source": {"bucket": "acme-exports", "key": "2026/11/archive.tar"},
                "destination": {
                    "id": "acme",
                    "name": "ACME Bank, payments",
                    "host": "sftp.bank.example",
                    "protocol": "sftp",
                },
                "target_path": "inbox/archive.tar",
                "requested_at": _text(self.began - timedelta(seconds=20)),
                **self._figures(),
            },
        )

    def told(self) -> Iterator[dict[str, Any]]:
        """LiveChanges, one after the other."""
        share = max(1, self.chunks // (self.changes + 1))
        for _ in range(self.changes):
            first = self._next
            self._move_on(share)
            last = min(self.chunks, self._next + LANES)
            self.seq += 1
            self.seen_at += APART
            set_ = self._figures() | {"seen_at": _text(self.seen_at)}
            yield {
                "transfer_id": TRANSFER_ID,
                "epoch": EPOCH,
                "seq": self.seq,
                "base": self.seq - 1,
                "set": set_,
                "chunk_changes": [{"first": first, "runs": runs_of(self._states[first:last])}],
            }

    def view(self) -> dict[str, Any]:
        """The TransferView of the same moment."""
        live = self.first()
        figures = self._figures()
        kept = ("owner", "label", "source", "run", "size_bytes", "target_path", "failure")
        return _checked(
            TransferView,
            {
                **{name: live[name] for name in (*kept, "requested_at", "started_at")},
                **{name: figures[name] for name in ("status", "bytes_done", "percent")},
                "id": TRANSFER_ID,
                "destination_id": "acme",
                "final_path": None,
                "if_exists": "replace",
                "verify": "checksum",
                "strategy": "32 lanes, each with its own chunks.",
                "source_checksum": "crc64nvme",
                "updated_at": _text(self.seen_at),
                "finished_at": None,
                "receipt": None,
                "origin": None,
                "correlation_id": "corr-1",
                "rate_bytes_per_second": figures["rate_bytes_per_second"],
                "eta_seconds": 3_600.0,
                "chunks": figures["chunks"] | {"open": max(0, self.chunks - self.done - LANES)},
                "lanes": [self._lane(number) for number in range(LANES)],
                "attempts": self.done,
                "warnings": [],
                "cautions": [],
                "readback_percent": None,
                "planned_proof": "Samples of every chunk are read back.",
                "files": None,
                "include": [],
                "exclude": [],
            },
        )

    def _lane(self, number: int) -> dict[str, Any]:
        in_flight = self._random.randrange(SIZE_BYTES // self.chunks)
        lane = {"number": number, "state": "moving", "turn": 1, "bytes_in_flight": in_flight}
        return lane | {"failures": 0}

    def _move_on(self, share: int) -> None:
        end = min(self.chunks, self._next + share)
        for chunk in range(self._next, end):
            hole = self._holes < MOST_HOLES and self._random.randrange(LEFT_OUT) == 0
            self._holes += hole
            self._states[chunk] = ord("w" if hole else "d")
            self.done += not hole
        for chunk in range(end, min(self.chunks, end + LANES)):
            self._states[chunk] = ord(self._random.choice("mmmd"))
        self._next = end

    def _figures(self) -> dict[str, Any]:
        moved = SIZE_BYTES * self._next // self.chunks
        rate = 280e6 + 20e6 * self._random.random()
        left = (SIZE_BYTES - moved) / rate
        return {
            "status": "moving",
            "bytes_done": moved,
            "percent": 100 * moved / SIZE_BYTES,
            "rate_bytes_per_second": rate,
            "eta": {"low_seconds": left * 0.9, "high_seconds": left * 1.1, "text": "about 1 h"},
            "chunks": {"total": self.chunks, "done": self.done, "proven": 0},
            "lanes": LANES,
            "seen_at": _text(self.seen_at),
        }


def runs_of(states: bytes | bytearray | Sequence[int]) -> str:
    return "".join(f"{sum(1 for _ in same)}{chr(state)}" for state, same in groupby(states))


def _checked(kind: type[Published], document: dict[str, Any]) -> dict[str, Any]:
    """As the contract has it, so that the story cannot leave it."""
    return kind.model_validate_json(json.dumps(document)).model_dump(mode="json")


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
