"""After kill -9 in mid-transfer the file arrives whole, and nobody ever sees a half of it. What was
done is not moved again."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.local.ferry import Refused
from tests.servers.waiting import wait_for
from tests.stack.running import BUCKET, CHUNK_BYTES, LEASE_SECONDS, Running, as_destination

SECONDS = 120.0
CHUNKS = 60
LEASES_OF_A_LANE = 2  # the chunk at hand, and the one that becomes durable or comes next
SIZE = CHUNKS * CHUNK_BYTES


class NameWatcher:
    """Looks at the target's name all the time. The file must not be there until it is whole."""

    def __init__(self, path: Path, whole_bytes: int) -> None:
        self.path, self.whole_bytes = path, whole_bytes
        self.halves: list[int] = []
        self.looks = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "NameWatcher":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.002):
            self.looks += 1
            try:
                size = self.path.stat().st_size
            except FileNotFoundError:
                continue
            if size != self.whole_bytes:
                self.halves.append(size)


@contextmanager
def in_mid_transfer(running: Running, name: str, destination: str) -> Iterator[str]:
    """A transfer with a good part of its chunks done. The target's name is watched to the end."""
    body = running.put(name, os.urandom(SIZE))
    with NameWatcher(running.partner.root / name, SIZE) as watcher:
        transfer_id = running.ferry.send(BUCKET, name, destination)
        wait_for(lambda: done(running, transfer_id) >= 3, "three chunks done", SECONDS)
        yield transfer_id
        ended = revived(running, transfer_id)
        assert ended["status"] == "completed", ended["failure"]
    assert watcher.looks > 100
    assert watcher.halves == []
    assert running.arrived(name) == body
    assert running.part_files() == []


def done(running: Running, transfer_id: str) -> int:
    return int(running.ferry.state(transfer_id)["chunks"]["done"])


def revived(running: Running, transfer_id: str) -> Any:  # noqa: ANN401
    """Waits for the transfer's end. The sweeper is called as often as its schedule would call it,
    in proportion to the shortened lease."""

    def ended() -> Any:  # noqa: ANN401
        running.sweep()
        state = running.ferry.state(transfer_id)
        return state if state["finished_at"] else None

    return wait_for(ended, f"end of {transfer_id}", SECONDS)


def taken_again(running: Running, transfer_id: str) -> int:
    """The number of leases beyond one for each chunk."""
    receipt = running.ferry.state(transfer_id)["receipt"]
    return int(receipt["attempts"] - receipt["chunks"])


def test_a_killed_worker(running: Running) -> None:
    with in_mid_transfer(running, "killed-worker.bin", "partner") as transfer_id:
        moving = wait_for(lambda: running.stack.worker_processes("lane-worker"), "a worker")
        os.kill(moving[0], 9)
    assert taken_again(running, transfer_id) <= LEASES_OF_A_LANE


def test_a_killed_pool_of_all_workers(running: Running) -> None:
    with in_mid_transfer(running, "killed-pool.bin", "partner") as transfer_id:
        assert running.stack.kill_worker_processes() >= 1
    assert taken_again(running, transfer_id) <= 2 * LEASES_OF_A_LANE  # two lanes


def test_a_killed_sftp_server_that_comes_back(running: Running) -> None:
    server = running.stack.sftp("crashing", running.partner.root)
    running.ferry.register(as_destination("crashing", server), server.host_key)
    with in_mid_transfer(running, "killed-server.bin", "crashing") as transfer_id:
        running.stack.programs.kill("crashing")
        running.stack.sftp("crashing", running.partner.root, port=server.port)
    assert taken_again(running, transfer_id) <= 2 * 4 * LEASES_OF_A_LANE  # a few tries each


def test_a_redeployment_in_mid_transfer(running: Running) -> None:
    with in_mid_transfer(running, "redeployed.bin", "partner"):
        assert running.stack.deploy("transfer", {"LogLevel": "INFO"})
    assert running.stack.deploy("transfer", {"LogLevel": "DEBUG"})


def test_every_message_and_event_twice(running: Running) -> None:
    """Copies of lane messages and of TransferRequested are sent beside the real ones."""
    sqs, events = running.stack.client("sqs"), running.stack.client("events")
    queue = sqs.get_queue_url(QueueName="fileferry-local-transfer-lanes")["QueueUrl"]
    with in_mid_transfer(running, "twice.bin", "partner") as transfer_id:
        for turn in (1, 2, 1):
            for lane in (1, 0):
                body = (
                    f'{{"transfer_id": "{transfer_id}", "generation": 1,'
                    f' "lane": {lane}, "turn": {turn}}}'
                )
                sqs.send_message(QueueUrl=queue, MessageBody=body)
        for detail in published(running, transfer_id):
            entry = {
                "EventBusName": "fileferry-local",
                "Source": "fileferry.transfer",
                "DetailType": "TransferRequested.v1",
                "Detail": detail,
            }
            answer = events.put_events(Entries=[entry, entry])
            assert answer["FailedEntryCount"] == 0
    assert taken_again(running, transfer_id) == 0
    machine = running.stack.client("stepfunctions")
    arn = machine.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    runs = machine.list_executions(stateMachineArn=arn)["executions"]
    assert [run["name"] for run in runs if transfer_id in run["name"]] == [f"{transfer_id}-1"]


def published(running: Running, transfer_id: str) -> list[str]:
    rows = running.stack.client("dynamodb").query(
        TableName="fileferry-local-transfer",
        KeyConditionExpression="pk = :pk AND begins_with(sk, :outbox)",
        ExpressionAttributeValues={
            ":pk": {"S": f"T#{transfer_id}"},
            ":outbox": {"S": "OUTBOX#"},
        },
    )["Items"]
    return [r["detail"]["S"] for r in rows if r["detail_type"]["S"] == "TransferRequested.v1"]


def test_pause_resume_and_cancel_on_the_way(running: Running) -> None:
    running.put("steered.bin", os.urandom(SIZE))
    transfer_id = running.ferry.send(BUCKET, "steered.bin", "partner")
    wait_for(lambda: done(running, transfer_id) >= 3, "three chunks done", SECONDS)
    steer(running, transfer_id, "pause")
    still = settled(running, lambda: done(running, transfer_id))
    assert running.ferry.state(transfer_id)["status"] == "paused"
    assert still < CHUNKS
    steer(running, transfer_id, "resume")
    wait_for(lambda: done(running, transfer_id) > still, "more chunks done", SECONDS)
    steer(running, transfer_id, "cancel")
    assert running.ferry.wait(transfer_id, SECONDS)["status"] == "cancelled"
    assert running.part_files() == []
    assert not (running.partner.root / "steered.bin").exists()


def steer(running: Running, transfer_id: str, wish: str) -> None:
    try:
        running.ferry.call("POST", f"/api/transfer/{transfer_id}/{wish}")
    except Refused as refused:
        raise AssertionError(f"{wish}: {refused}") from refused


def settled(running: Running, number: Callable[[], int]) -> int:
    """Returns the number when no lane is driven any more."""
    history = running.ferry.call("GET", "/api/history?limit=1")["transfers"][0]["id"]

    def quiet() -> bool:
        lanes = running.ferry.state(history)["lanes"]
        return all(lane["state"] != "moving" for lane in lanes)

    wait_for(quiet, "lanes at rest", LEASE_SECONDS * 4)
    return number()
