"""Takes an event in: what is known of its transfer afterwards.

Events come in any order, twice, late or never. Of two facts the one with the larger sequence is
newer. A sample and a delay have the sequence of the change that they were seen after. What is older
than what is known changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contracts.envelope import Event
from contracts.transfer_events import TransferDelayedV1, TransferFact, TransferProgressedV1
from services.progress.domain.chunk_runs import nobody_moves
from services.progress.domain.eta import UNKNOWN, eta_text
from services.progress.domain.known_transfer import ENDED, Heard, KnownTransfer
from services.progress.domain.samples import NO_SAMPLES, Samples
from services.progress.domain_services.facts import NOTHING_MOVES, SHOW, Json

NAMED = ("owner", "label", "source", "destination", "target_path", "requested_at")
MOVING = "moving"
LANES_WORK = frozenset({MOVING, "verifying"})


@dataclass(frozen=True)
class _Told:
    """`shown` is what watchers are shown, whole."""

    heard: Heard
    shown: Json
    samples: Samples


def told(known: KnownTransfer | None, event: Event[Any], new_epoch: str) -> KnownTransfer:
    """Returns `known` itself when the event tells nothing new. `new_epoch` is for a transfer that
    was unknown."""
    fact: TransferFact = event.data
    current = known or _unknown(fact, new_epoch)
    before = _in_the_run(current, fact.run)
    after = before and _after(before, fact, event.meta.occurred_at)
    if before is None or after is None:
        return current
    shown = _bounded(after.shown, before.shown, event.meta.occurred_at)
    heard = replace(current, heard=after.heard, samples=after.samples)
    return heard.now_showing(shown)


def _after(before: _Told, fact: TransferFact, at: datetime) -> _Told | None:
    match fact:
        case TransferProgressedV1():
            return _with_sample(before, fact, at)
        case TransferDelayedV1():
            return _with_delay(before, fact)
    return _with_fact(before, fact)


def _unknown(fact: TransferFact, epoch: str) -> KnownTransfer:
    told = fact.model_dump(mode="json")
    named = {name: told[name] for name in NAMED}
    shown = {**_new_run(fact.run), "size_bytes": None, "started_at": None}
    shown["seen_at"] = told["requested_at"]
    return KnownTransfer(fact.transfer_id, fact.owner, epoch, named, shown)


def _new_run(run: int) -> Json:
    return {
        "status": "requested",
        "run": run,
        "bytes_done": 0,
        "percent": None,
        "chunks": {"total": 0, "done": 0, "proven": 0},
        "chunk_runs": None,
        "files": None,
        "failure": None,
        "receipt": None,
        "finished_at": None,
        **NOTHING_MOVES,
    }


def _in_the_run(known: KnownTransfer, run: int) -> _Told | None:
    """None if `run` is an earlier one. A later one begins with nothing moved."""
    shown: Json = dict(known.shown)
    if run < shown["run"]:
        return None
    if run == shown["run"]:
        return _Told(known.heard, shown, known.samples)
    return _Told(replace(known.heard, sample_at=None), {**shown, **_new_run(run)}, NO_SAMPLES)


def _with_fact(before: _Told, fact: TransferFact) -> _Told | None:
    heard = before.heard
    if fact.sequence <= heard.fact:
        return None
    told = fact.model_dump(mode="json")
    shown = dict(before.shown)
    if told["size_bytes"] is not None:
        shown["size_bytes"] = told["size_bytes"]
    if told["files"] is not None:
        shown["files"] = told["files"]
    if started_at := told.get("started_at"):
        shown["started_at"] = started_at
    if fact.sequence > heard.sample:  # else a sample has shown already what came after the fact
        shown |= SHOW[type(fact)](told, shown)
        shown["bytes_done"] = max(shown["bytes_done"], told.get("bytes_done", 0))
        if heard.delay > fact.sequence and shown["status"] not in ENDED:
            shown["failure"] = before.shown["failure"]
    return replace(before, heard=replace(heard, fact=fact.sequence), shown=shown)


def _with_delay(before: _Told, delay: TransferDelayedV1) -> _Told | None:
    if delay.sequence <= before.heard.newest:
        return None
    shown = {**before.shown, "failure": delay.trouble.model_dump(mode="json")}
    return replace(before, heard=replace(before.heard, delay=delay.sequence), shown=shown)


def _with_sample(before: _Told, sample: TransferProgressedV1, at: datetime) -> _Told | None:
    heard, shown = before.heard, before.shown
    late = heard.sample_at is not None and at <= heard.sample_at
    if late or sample.sequence < heard.newest or shown["status"] in ENDED:
        return None  # the status: a lane may be late to see the end of its run
    samples = before.samples.then(at, sample.bytes_done)
    heard = replace(heard, sample_at=at)
    if sample.status:
        heard = replace(heard, sample=sample.sequence)
    told = sample.model_dump(mode="json")
    status = sample.status or (MOVING if shown["status"] == "requested" else shown["status"])
    shown = {
        **shown,
        "status": status,
        "failure": told["trouble"],
        "chunks": {
            "total": sample.chunks,
            "done": sample.chunks_done,
            "proven": sample.chunks_proven,
        },
        "chunk_runs": told["chunk_runs"],
        # A paused transfer's lanes are about to end, and no later sample would say so.
        "lanes": sample.lanes if status in LANES_WORK else 0,
        **{name: told[name] for name in ("size_bytes", "bytes_done", "files")},
        **_speed(samples, sample, status),
    }
    return _Told(heard, shown, samples)


def _speed(samples: Samples, sample: TransferProgressedV1, status: str) -> Json:
    rate = samples.rate_bytes_per_second
    if status != MOVING or not sample.lanes:
        return {"rate_bytes_per_second": None, "eta": None}
    eta = samples.eta_seconds(sample.size_bytes - sample.bytes_done)
    low, high = eta or (None, None)
    return {
        "rate_bytes_per_second": None if rate is None else float(round(rate)),
        "eta": {
            "low_seconds": None if low is None else round(low, 1),
            "high_seconds": None if high is None else round(high, 1),
            "text": UNKNOWN if low is None or high is None else eta_text(low, high),
        },
    }


def _bounded(shown: Json, before: Json, at: datetime) -> Json:
    """What is moved never becomes less in a run, whatever a late sample says or a new start of the
    part file costs."""
    size = shown["size_bytes"]
    done = max(shown["bytes_done"], before["bytes_done"])
    if size is not None:
        done = min(done, size)
    runs = shown["chunk_runs"]
    seen_at = max(at, datetime.fromisoformat(before["seen_at"]))
    return {
        **shown,
        "bytes_done": done,
        "percent": None if size is None else _percent(done, size),
        "chunk_runs": runs if not runs or shown["status"] in LANES_WORK else nobody_moves(runs),
        "seen_at": seen_at.isoformat().replace("+00:00", "Z"),
    }


def _percent(done: int, size: int) -> float:
    """In hundredths, rounded down: 100 is shown when nothing is missing, and not before."""
    return 10_000 * done // size / 100 if size else 100.0
