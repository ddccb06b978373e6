"""Despite damage, broken lines and sleeping workers a completed file is whole and left alone."""

import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.catalogue import parse
from contracts.sequences import check_sequence
from tests.servers.proxy import CuttingProxy
from tests.servers.waiting import wait_for
from tests.stack.listening import listening
from tests.stack.running import BUCKET, CHUNK_BYTES, Running, as_destination

SECONDS = 120.0
CHUNKS = 24
SMALL_FILES = 12
Damage = Callable[[Path], object]


def truncate(part: Path) -> None:
    os.truncate(part, 1_000_000)


def flip_first_byte(part: Path) -> None:
    with part.open("r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(bytes([first[0] ^ 0xFF]))


def paused_with_damage(running: Running, name: str, damage: Damage, **wishes: Any) -> Any:  # noqa: ANN401
    """The end of a transfer whose part file was damaged while it was paused."""
    running.put(name, os.urandom(CHUNKS * CHUNK_BYTES))
    transfer_id = running.ferry.send(BUCKET, name, "partner", **wishes)
    wait_for(lambda: running.ferry.state(transfer_id)["chunks"]["done"] >= 3, "chunks", SECONDS)
    running.ferry.call("POST", f"/api/transfer/{transfer_id}/pause")
    wait_for(lambda: at_rest(running, transfer_id), "lanes at rest", SECONDS)
    assert running.ferry.state(transfer_id)["status"] == "paused"
    [part] = running.partner.root.rglob(f".{name}.*.part")
    damage(part)
    running.ferry.call("POST", f"/api/transfer/{transfer_id}/resume")
    return running.ferry.wait(transfer_id, SECONDS)


def at_rest(running: Running, transfer_id: str) -> bool:
    return all(lane["state"] != "moving" for lane in running.ferry.state(transfer_id)["lanes"])


def source_of(running: Running, name: str) -> bytes:
    body: bytes = running.s3.get_object(Bucket=BUCKET, Key=name)["Body"].read()
    return body


@pytest.mark.parametrize("verify", ["size", "checksum", "readback"])
def test_a_part_file_that_was_cut_off_is_never_delivered(running: Running, verify: str) -> None:
    name = f"cut-{verify}.bin"
    ended = paused_with_damage(running, name, truncate, verify=verify)
    assert (ended["status"], ended["failure"]["code"]) == ("failed", "part_damaged")
    assert not (running.partner.root / name).exists()
    running.ferry.call("POST", f"/api/transfer/{ended['id']}/retry")
    again = running.ferry.wait(ended["id"], SECONDS)
    assert again["status"] == "completed", again["failure"]
    assert running.arrived(name) == source_of(running, name)
    assert running.part_files() == []


@pytest.mark.parametrize(
    ("verify", "moved_again"), [("checksum", CHUNKS), ("reread", CHUNKS), ("readback", 1)]
)
def test_a_byte_that_changed_at_the_partner_is_sent_again(
    running: Running, verify: str, moved_again: int
) -> None:
    """The byte is in the first sampled range. Only a read-back tells which chunk it is in."""
    name = f"flipped-{verify}.bin"
    ended = paused_with_damage(running, name, flip_first_byte, verify=verify)
    assert ended["status"] == "completed", ended["failure"]
    assert running.arrived(name) == source_of(running, name)
    assert running.part_files() == []
    proven = {"readback": "readback"}.get(verify, "sampled")
    assert ended["receipt"]["proven"] == proven
    if verify == "readback":
        assert ended["receipt"]["attempts"] - ended["receipt"]["chunks"] >= moved_again


def test_a_line_that_breaks_within_every_chunk_gets_through(running: Running) -> None:
    """Three quarters of a chunk pass before each break. What was acknowledged counts."""
    body = running.put("breaking.bin", os.urandom(3 * CHUNK_BYTES))
    with CuttingProxy(running.partner.port, CHUNK_BYTES * 3 // 4) as proxy:
        destination = as_destination("breaking", running.partner, port=proxy.port)
        running.ferry.register(destination, running.partner.host_key)
        ended = running.ferry.wait(running.ferry.send(BUCKET, "breaking.bin", "breaking"), SECONDS)
        assert proxy.cuts >= 3
    assert ended["status"] == "completed", ended["failure"]
    assert running.arrived("breaking.bin") == body


def test_a_worker_that_slept_until_all_was_over_leaves_the_file_alone(running: Running) -> None:
    body = running.put("slept.bin", os.urandom(60 * CHUNK_BYTES))
    target = running.partner.root / "slept.bin"
    transfer_id = running.ferry.send(BUCKET, "slept.bin", "partner")
    wait_for(lambda: running.ferry.state(transfer_id)["chunks"]["done"] >= 3, "chunks", SECONDS)
    sleeper = wait_for(lambda: running.stack.worker_processes("lane-worker"), "a worker")[0]
    os.kill(sleeper, signal.SIGSTOP)
    try:

        def ended() -> Any:  # noqa: ANN401
            running.sweep()
            state = running.ferry.state(transfer_id)
            return state if state["finished_at"] else None

        state = wait_for(ended, "the end without the sleeper", SECONDS)
        assert state["status"] == "completed", state["failure"]
        before = target.stat()
    finally:
        os.kill(sleeper, signal.SIGCONT)
    wait_for(lambda: not is_open(target), "a closed file", SECONDS)
    assert target.stat().st_mtime_ns == before.st_mtime_ns
    assert target.read_bytes() == body
    assert running.part_files() == []


def is_open(path: Path) -> bool:
    """Whether any process has it open. The server of the sleeper's session counts, too."""
    links = (link for pid in Path("/proc").glob("[0-9]*") for link in open_files(pid))
    return str(path) in links


def open_files(process: Path) -> list[str]:
    try:
        return [os.readlink(each) for each in (process / "fd").iterdir()]
    except OSError:
        return []


def test_every_fact_is_published_once_and_in_a_sequence_of_the_contract(running: Running) -> None:
    with listening(running, "transfer") as heard:
        ids = []
        for number in range(SMALL_FILES):
            running.put(f"told-{number}.txt", b"told once")
            ids.append(running.ferry.send(BUCKET, f"told-{number}.txt", "partner"))
        ended = [running.ferry.wait(each, SECONDS) for each in ids]
        assert {each["status"] for each in ended} == {"completed"}

        def ends() -> bool:
            kinds = Counter(each["detail-type"] for each in heard.so_far())
            return kinds["TransferCompleted.v1"] >= SMALL_FILES

        wait_for(ends, "all ends on the bus", SECONDS)
        events = [parse(each["detail-type"], each["detail"]) for each in heard.so_far()]
    mine = [each for each in events if each.data.transfer_id in ids]
    assert len({each.meta.event_id for each in mine}) == len(mine)
    check_sequence(mine)
