"""What each fact makes of what watchers are shown. All values are JSON."""

from collections.abc import Callable, Mapping
from typing import Any

from contracts import transfer_events as fact
from services.progress.domain.chunk_runs import all_done

Json = dict[str, Any]
NOTHING_MOVES: Json = {"rate_bytes_per_second": None, "eta": None, "lanes": 0}
NOT_TRIED: Json = {"attempt": None, "attempts": None, "next_try_at": None}


def _requested(told: Json, shown: Json) -> Json:
    return {"status": "requested", "failure": None}


def _started(told: Json, shown: Json) -> Json:
    total = told["chunks"]
    known = shown["chunks"]
    return {
        "status": "moving",
        "failure": None,
        "started_at": told["started_at"],
        "chunks": known if known["total"] == total else {"total": total, "done": 0, "proven": 0},
        "chunk_runs": shown["chunk_runs"] or (f"{total}w" if total else None),
    }


def _paused(told: Json, shown: Json) -> Json:
    trouble = shown["failure"]
    failure = trouble and {**trouble, "next_try_at": None}
    return {"status": "paused", "failure": failure, **NOTHING_MOVES}


def _resumed(told: Json, shown: Json) -> Json:
    started = shown["chunks"]["total"] > 0
    return {"status": "moving" if started else "requested", "failure": None}


def _completed(told: Json, shown: Json) -> Json:
    receipt = told["receipt"]
    total = receipt["chunks"]
    proven = total if receipt["proven"] == "readback" else shown["chunks"]["proven"]
    return {
        "status": "completed",
        "failure": None,
        "receipt": receipt,
        "bytes_done": receipt["bytes_sent"],
        "chunks": {"total": total, "done": total, "proven": proven},
        "chunk_runs": all_done(total),
        "started_at": receipt["started_at"],
        "finished_at": receipt["finished_at"],
        **NOTHING_MOVES,
    }


def _failed(told: Json, shown: Json) -> Json:
    return {
        "status": "failed",
        "failure": {**told["failure"], **NOT_TRIED},
        "finished_at": told["failed_at"],
        **NOTHING_MOVES,
    }


def _cancelled(told: Json, shown: Json) -> Json:
    finished = told["cancelled_at"]
    return {"status": "cancelled", "failure": None, "finished_at": finished, **NOTHING_MOVES}


SHOW: Mapping[type[fact.TransferFact], Callable[[Json, Json], Json]] = {
    fact.TransferRequestedV1: _requested,
    fact.TransferStartedV1: _started,
    fact.TransferPausedV1: _paused,
    fact.TransferResumedV1: _resumed,
    fact.TransferCompletedV1: _completed,
    fact.TransferFailedV1: _failed,
    fact.TransferCancelledV1: _cancelled,
}
