"""Makes messages for watchers out of what is known of transfers."""

import json

from contracts.websocket.live_transfer import LiveChange, LiveTransfer
from services.progress.domain.chunk_runs import changed_runs
from services.progress.domain.known_transfer import KnownTransfer, Shown

DETAILS = ("chunk_runs", "receipt")  # for watchers of the one transfer; lists do without
LONG_RUNS = 200  # characters; shorter ones are sent whole, because that fits every client

CHANGE_LENGTH = 40  # characters that a change takes, more or less


def live_transfer(known: KnownTransfer, *, detail: bool) -> LiveTransfer:
    whole = {**known.named, **_told(known.shown, detail), **_position(known)}
    return LiveTransfer.model_validate_json(json.dumps(whole))


def live_change(
    known: KnownTransfer, base: int, *, detail: bool, runs_at_base: str | None = None
) -> LiveChange:
    """What a client at `base` has missed, which is less than the transfer's `seq`. `runs_at_base`
    are the chunks that it knows, where that is known here."""
    fields = dict(_told(known.changes_since(base), detail))
    runs, changes = fields.get("chunk_runs"), None
    if isinstance(runs, str) and len(runs) > LONG_RUNS and runs_at_base is not None:
        found = changed_runs(runs_at_base, runs)
        if found is not None and len(found) * CHANGE_LENGTH < len(runs):
            changes = [{"first": first, "runs": each} for first, each in found]
            fields.pop("chunk_runs")
    whole = {"base": base, "set": fields, "chunk_changes": changes, **_position(known)}
    return LiveChange.model_validate_json(json.dumps(whole))


def _told(shown: Shown, detail: bool) -> Shown:
    return shown if detail else {n: value for n, value in shown.items() if n not in DETAILS}


def _position(known: KnownTransfer) -> Shown:
    return {"transfer_id": known.transfer_id, "epoch": known.epoch, "seq": known.seq}
