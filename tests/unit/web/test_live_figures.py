"""The console shows the figures of `fileferry watch`: both are told the same, in two languages."""

import json
import random
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from cli.live.known import Known
from cli.live.shown import Shown, from_live, from_rest, onward
from contracts.transfer_views import TransferView
from contracts.websocket.live_transfer import ChunkChange, LiveTransfer
from contracts.websocket.server_messages import Delta, Snapshot, read_message
from tests.doubles.live_rest import view_of
from tests.doubles.live_state import BEGIN, LiveState, transfer
from tests.unit.web.node import answer_of

SCRIPTS, STEPS = 60, 40
EXAMPLES = Path("contracts/examples/websocket")
GARBAGE = ["", "{", "[]", '{"version":2,"type":"snapshot"}', '{"version":1,"type":"new"}']
_SHOWN = TypeAdapter(Shown)
Step = dict[str, Any]


class Script:
    """What a service might have told of two transfers, in any order, and views between it."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)  # noqa: S311 - hides nothing
        self._states = [LiveState(transfer(each)) for each in ("t-1", "t-2")]
        self._told: list[Step] = [_snapshot(state.now) for state in self._states]
        for _ in range(STEPS):
            self._change(self._rng.choice(self._states))

    def steps(self) -> list[Step]:
        told = self._rng.choices(self._told, k=STEPS)
        return [*told, *(_snapshot(state.now) for state in self._states)]

    def _change(self, state: LiveState) -> None:
        before = state.now.seq
        match self._rng.randrange(8):
            case 0:
                self._told.append({"frame": self._rng.choice(GARBAGE)})
            case 1:
                state.begin_anew(f"{self._rng.randrange(1000):x}")
                self._told.append(_snapshot(state.now))
            case 2:
                done = self._rng.randrange(1, 100)
                state.change(chunk_runs=f"{done}d{100 - done}w", lanes=done % 5)
                changed = (ChunkChange(first=0, runs=f"{done}d{100 - done}w"),)
                self._told.append(_delta(state, before, changed))
            case 3:
                status = self._rng.choice(["paused", "moving", "failed", "completed", "cancelled"])
                state.ended(status)
                self._told.append(_delta(state, before))
            case 4:
                state.change(run=state.now.run + 1, status="requested", percent=None, eta=None)
                self._told.append(_delta(state, before))
            case 5:
                self._told.append({"view": _view(state.now, self._rng)})
            case _:
                state.moved(self._rng.randrange(1, 100))
                self._told.append(_delta(state, self._rng.randint(1, before)))


def _snapshot(*transfers: LiveTransfer) -> Step:
    return {"frame": Snapshot(sent_at=BEGIN, transfers=transfers).model_dump_json()}


def _delta(state: LiveState, base: int, changed: tuple[ChunkChange, ...] | None = None) -> Step:
    message = Delta(sent_at=BEGIN, changes=(state.delta(base, chunk_changes=changed),))
    return {"frame": message.model_dump_json()}


def _view(now: LiveTransfer, rng: random.Random) -> Step:
    status = rng.choice([now.status, "cancelling", "failing"])
    view = view_of(now).model_copy(update={"status": status, "eta_seconds": rng.random() * 1e5})
    document: Step = view.model_dump(mode="json")
    return document


def _published() -> list[Step]:
    files = sorted(EXAMPLES.glob("*.v1/*.json"))
    assert files
    return [{"frame": each.read_text("utf-8")} for each in files]


def _played_here(steps: list[Step]) -> list[Step]:
    known, shown, after = Known(), dict[str, Shown](), []
    for step in steps:
        for each in _heard(step, known):
            shown[each.id] = onward(shown.get(each.id), each)
        figures = {name: _SHOWN.dump_python(each, mode="json") for name, each in shown.items()}
        after.append({"shown": figures, "behind": sorted(known.behind)})
    return after


def _heard(step: Step, known: Known) -> list[Shown]:
    if "view" in step:
        return [from_rest(TransferView.model_validate_json(json.dumps(step["view"])))]
    try:
        message = read_message(step["frame"])
    except ValidationError:
        return []
    if not isinstance(message, Snapshot | Delta):
        return []
    return [from_live(live) for live in known.hear(message)]


def _as_printed(step: Step) -> Step:
    """The console keeps bucket and key apart, and more of the destination."""
    shown = {}
    for name, each in step["shown"].items():
        source, destination = each["source"], each["destination"]
        here = {
            "source": f"s3://{source['bucket']}/{source['key']}",
            "destination": destination["id"],
        }
        shown[name] = {field: (each | here)[field] for field in Shown.__dataclass_fields__}
    return {"shown": shown, "behind": step["behind"]}


def test_whatever_comes_the_console_shows_what_the_command_shows() -> None:
    scripts = [_published(), *(Script(seed).steps() for seed in range(SCRIPTS))]
    there = answer_of("tests/web/live-replay.js", scripts)
    assert len(there) == len(scripts)
    for number, (steps, played) in enumerate(zip(scripts, there, strict=True)):
        for at, (ours, theirs) in enumerate(zip(_played_here(steps), played, strict=True)):
            assert _as_printed(theirs) == ours, f"script {number}, step {at}: {steps[at]}"
