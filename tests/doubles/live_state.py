"""One transfer as the service keeps it: which field changed at which `seq`, deltas from any."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.websocket.live_transfer import (
    ChunkChange,
    LiveChange,
    LivePatch,
    LiveTransfer,
)

BEGIN = datetime(2026, 11, 2, 12, tzinfo=UTC)


def transfer(transfer_id: str = "t-1", **fields: Any) -> LiveTransfer:  # noqa: ANN401
    """A transfer of 1 GB that has just begun. `key` names its object."""
    key = fields.pop("key", "reports/2026/november.csv")
    known: dict[str, Any] = {
        "transfer_id": transfer_id,
        "epoch": "e1",
        "seq": 1,
        "owner": "ana",
        "label": None,
        "source": {"bucket": "reports", "key": key},
        "destination": {"id": "bank", "name": "Bank", "host": "bank.example", "protocol": "sftp"},
        "target_path": "in/november.csv",
        "requested_at": BEGIN,
        "status": "moving",
        "run": 1,
        "size_bytes": 1_000_000_000,
        "bytes_done": 0,
        "percent": 0.0,
        "rate_bytes_per_second": 50_000_000.0,
        "eta": {"low_seconds": 19.0, "high_seconds": 21.0, "text": "20 s"},
        "chunks": {"total": 100, "done": 0},
        "chunk_runs": "100w",
        "lanes": 4,
        "failure": None,
        "started_at": BEGIN,
        "finished_at": None,
        "seen_at": BEGIN,
    }
    return LiveTransfer.model_validate(known | fields)


class LiveState:
    """`since`: the seq from which on the service can still make deltas; below it, it sends all."""

    def __init__(self, first: LiveTransfer) -> None:
        self.now = first
        self._changed_at: dict[str, int] = {}

    def change(self, **fields: Any) -> LiveTransfer:  # noqa: ANN401
        seq = self.now.seq + 1
        whole = self.now.model_dump() | fields | {"seq": seq}
        self.now = LiveTransfer.model_validate(whole)
        self._changed_at |= dict.fromkeys(fields, seq)
        return self.now

    def begin_anew(self, epoch: str) -> LiveTransfer:
        """The service's table was lost: the same transfer in another life."""
        self.now = self.now.model_copy(update={"epoch": epoch, "seq": 1})
        self._changed_at = {}
        return self.now

    def delta(self, base: int, chunk_changes: tuple[ChunkChange, ...] | None = None) -> LiveChange:
        """With `chunk_changes` the runs are not sent as a whole."""
        names = [name for name, seq in self._changed_at.items() if seq > base]
        if chunk_changes is not None:
            names.remove("chunk_runs")
        patch = {name: value for name, value in self.now.model_dump().items() if name in names}
        return LiveChange(
            transfer_id=self.now.transfer_id,
            epoch=self.now.epoch,
            seq=self.now.seq,
            base=base,
            set=LivePatch.model_validate(patch),
            chunk_changes=chunk_changes,
        )

    def moved(self, percent: float, **fields: Any) -> LiveTransfer:  # noqa: ANN401
        done = int(percent)
        size = self.now.size_bytes or 0
        return self.change(
            percent=percent,
            bytes_done=int(size * percent / 100),
            chunks={"total": 100, "done": done},
            chunk_runs="".join(run for run in (f"{done}d", f"{100 - done}w") if run[0] != "0"),
            seen_at=self.now.seen_at + timedelta(seconds=1),
            **fields,
        )

    def ended(self, status: str, **fields: Any) -> LiveTransfer:  # noqa: ANN401
        more = (
            {"percent": 100.0, "bytes_done": self.now.size_bytes} if status == "completed" else {}
        )
        return self.change(
            status=status,
            rate_bytes_per_second=None,
            lanes=0,
            finished_at=self.now.seen_at + timedelta(seconds=20),
            **(more | fields),
        )
