"""Messages of the WebSocket API: what they write, and how large they become."""

import json
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.transfer_events import MAX_RUNS_LENGTH, ChunkRuns
from contracts.websocket.client_messages import Subscribe
from contracts.websocket.limits import MAX_FRAME_BYTES, MAX_TRANSFERS
from contracts.websocket.live_transfer import LiveChange, LivePatch
from contracts.websocket.server_messages import Snapshot, read_message
from tests.contract.examples import FOLDER

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CHUNKS = 10_486
RUNS = 1_000
FOUR_KB = 4 * 1024
CHUNK_RUNS: TypeAdapter[str] = TypeAdapter(ChunkRuns)
PATH = "é" * 2_047  # 4,094 bytes
ID = "f" * 32


def widest(count: int) -> list[int]:
    """So many lengths with as many digits as there can be, together at most CHUNKS."""
    lengths = [10] * count
    for i in range((CHUNKS - 10 * count) // 90):
        lengths[i] = 100
    return lengths


def scattered(lengths: list[int], kind: str = "w") -> str:
    return "".join(f"{length}{kind}" for length in lengths)


@given(st.lists(st.integers(1, CHUNKS), min_size=1, max_size=RUNS), st.sampled_from("dmw"))
@example(widest(RUNS), "w")
@example([1] * RUNS, "d")
@example([CHUNKS], "m")
def test_a_thousand_runs_of_10486_chunks_can_be_told_in_4_kb(lengths: list[int], kind: str) -> None:
    within = [
        each for each, so_far in zip(lengths, accumulate(lengths), strict=True) if so_far <= CHUNKS
    ]
    runs = CHUNK_RUNS.validate_python(scattered(within or [CHUNKS], kind))
    assert len(CHUNK_RUNS.dump_json(runs)) < FOUR_KB


@pytest.mark.parametrize("runs", ["", "0d", "1", "d", "1x", "1d 2w", "1d" * 2_001])
def test_what_are_no_run_lengths_or_too_many_is_refused(runs: str) -> None:
    with pytest.raises(ValidationError):
        CHUNK_RUNS.validate_python(runs)


FAILED = {
    "code": "c" * 64,
    "message": "é" * 2_000,
    "retryable": True,
    "attempt": 10**6,
    "attempts": 10**6,
    "next_try_at": NOON.isoformat(),
}


def largest(**changes: object) -> Snapshot:
    """A transfer with all texts as long as their owners let them be."""
    told = (FOLDER / "websocket" / "snapshot.v1" / "3-completed.json").read_text(encoding="utf-8")
    message = json.loads(told)
    transfer = message["transfers"][0]
    transfer |= {"transfer_id": "t" * 128, "owner": "o" * 64, "label": "é" * 64}
    transfer |= {"seq": 2**53 - 1, "epoch": "e" * 32, "target_path": PATH, "size_bytes": 2**53}
    transfer["source"] = {"bucket": "b" * 63, "key": "\x01" * 1_024, "version_id": "v" * 1_024}
    transfer["destination"] |= {"name": "é" * 100, "host": "h" * 253, "id": "i" * 64}
    transfer["receipt"] |= {"target_path": PATH, "left_behind": [PATH, PATH]}
    transfer |= changes
    read = read_message(json.dumps(message))
    assert isinstance(read, Snapshot)
    return read


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"status": "failed", "receipt": None, "failure": FAILED},
        {
            "status": "moving",
            "receipt": None,
            "failure": FAILED,
            "chunk_runs": "1w" * (MAX_RUNS_LENGTH // 2),
        },
    ],
    ids=["completed", "failed", "moving"],
)
def test_a_snapshot_of_one_transfer_fits_into_a_frame(changes: dict[str, object]) -> None:
    assert len(largest(**changes).model_dump_json().encode()) < MAX_FRAME_BYTES


def test_a_question_about_as_many_transfers_as_there_may_be_fits_into_a_frame() -> None:
    ids = [f"{number:032x}" for number in range(MAX_TRANSFERS)]
    known = [{"transfer_id": each, "epoch": "e" * 32, "seq": 2**53 - 1} for each in ids]
    message = {"action": "subscribe", "request_id": "r" * 128, "transfers": ids, "known": known}
    text = json.dumps(message)
    assert Subscribe.model_validate_json(text).known
    assert len(text.encode()) < MAX_FRAME_BYTES


PATCHES: dict[str, Any] = {
    "status": "paused",
    "bytes_done": 7,
    "percent": None,
    "eta": None,
    "failure": None,
    "chunk_runs": "7d",
    "finished_at": NOON,
}


@given(st.dictionaries(st.sampled_from(sorted(PATCHES)), st.none()))
def test_a_patch_writes_what_is_set_and_nothing_else(chosen: dict[str, None]) -> None:
    patch = LivePatch.model_validate({name: PATCHES[name] for name in chosen})
    written = json.loads(patch.model_dump_json())
    assert set(written) == set(chosen)
    assert all((written[name] is None) == (PATCHES[name] is None) for name in chosen)
    read = LivePatch.model_validate_json(patch.model_dump_json())
    assert read == patch
    assert read.model_fields_set == set(chosen)


@pytest.mark.parametrize("name", ["status", "bytes_done", "chunks", "seen_at"])
def test_a_patch_cannot_take_away_what_is_always_there(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        LivePatch.model_validate({name: None})


def change(*, base: int, seq: int) -> LiveChange:
    told = {"transfer_id": ID, "epoch": "e", "seq": seq, "base": base, "set": {}}
    return LiveChange.model_validate(told)


@pytest.mark.parametrize("base", [5, 6])
def test_a_change_leads_forward(base: int) -> None:
    with pytest.raises(ValidationError, match="larger than base"):
        change(base=base, seq=5)


def test_a_seq_is_an_exact_number_in_javascript() -> None:
    with pytest.raises(ValidationError, match="seq"):
        change(base=1, seq=2**53)
