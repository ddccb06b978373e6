"""The container worker as a process of its own, beside a partner that opens no file twice."""

import json
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.local.programs import Program, end_programs, start_program
from services.transfer import wiring
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Protocol
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.proof import Verify
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.status import Status
from services.transfer.domain.strategy import Method
from services.transfer.domain.transfer import Transfer
from services.transfer.handlers.workflow_step import run_step
from services.transfer.settings import TransferSettings
from services.transfer.use_cases.probe_destination import probe_destination
from services.transfer.use_cases.register_destination import NewDestination, register_destination
from services.transfer.use_cases.request_transfer import NewTransfer, request_transfer
from tests.conformance.clouds import create_bucket, new_name, new_queue
from tests.conformance.stores import create_table
from tests.doubles.awkward_server import IN
from tests.doubles.awkward_sftp import PASSWORD
from tests.doubles.habits import Habit, user_name
from tests.fakes.callers import ADMIN, ANN
from tests.servers.awkward import AwkwardProgram, awkward_program
from tests.servers.emulator import REGION, Emulator
from tests.servers.waiting import wait_for

HABITS = (Habit.NO_REOPEN, Habit.SLOW)
SIZE_BYTES = 12_000_000  # about two seconds of such a partner
BODY = random.Random(1).randbytes(SIZE_BYTES)  # noqa: S311 - no secret
SECONDS = {  # one second of a function's turn is left for bytes, ten minutes of a container's
    "HAND_OVER_SECONDS": "1",
    "PARTNER_TIMEOUT_SECONDS": "20",
    "LANE_TURN_SECONDS": "123",
    "LONG_TURN_SECONDS": "722",
    "ONE_HANDLE_BYTES_PER_SECOND": "1000000",
    "CHUNK_BYTES": "5000000",
    "BACKOFF_BASE_SECONDS": "0.1",
    "BACKOFF_CAP_SECONDS": "1",
    "LONG_POLL_SECONDS": "1",
}


@dataclass(frozen=True)
class Site:
    """`start` starts a worker. `arrived` is where files arrive."""

    wires: wiring.Wiring
    partner: AwkwardProgram
    arrived: Path
    start: Callable[[], Program]

    def transfer(self) -> Transfer:
        """One that is planned, and whose first lane is queued."""
        wish = NewTransfer(
            correlation_id="c-1",
            source=ObjectRef("outgoing", "huge.bin"),
            destination_id="partner",
            target_path="huge.bin",
            if_exists=IfExists.FAIL,
            verify=Verify.CHECKSUM,
        )
        requested = request_transfer(wish, ANN, None, ports=self.wires.ports)
        for step in ("InspectSource", "MoveChunks"):
            event = {"step": step, "transfer_id": requested.id, "run": 1, "task_token": "token"}
            run_step(event, self.wires.ports)
        return self.read(requested)

    def read(self, transfer: Transfer) -> Transfer:
        return self.wires.ports.transfers.read(transfer.id)

    def wait_for_file(self, transfer: Transfer, worker: Program) -> None:
        def delivered() -> bool:
            assert worker.alive, "the worker has ended"
            return self.read(transfer).delivered

        wait_for(delivered, "the file", seconds=60)
        assert (self.arrived / "huge.bin").read_bytes() == BODY

    def part_bytes(self) -> int:
        return max((each.stat().st_size for each in self.arrived.glob(".huge*.part")), default=0)


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwkwardProgram]:
    with awkward_program(tmp_path_factory.mktemp("awkward")) as program:
        yield program


@pytest.fixture
def site(
    partner: AwkwardProgram,
    ministack: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Site]:
    environment = installed(ministack) | SECONDS
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    wires = wiring.Wiring(TransferSettings.load())
    register(wires, partner)
    with started_workers(environment, tmp_path) as start:
        yield Site(wires, partner, partner.root / user_name(HABITS) / IN, start)


def measured(log: Path, name: str) -> float:
    """What the worker has told of the metric, as lines of its log in the embedded format."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if '"_aws"' in line]
    assert all(line["service"] == "transfer" for line in lines)
    return sum(sum(line.get(name, ())) for line in lines)


def installed(emulator: Emulator) -> dict[str, str]:
    """What the stack makes, and the environment that says where it is."""
    table, bus, sqs = new_name("transfers"), new_name("bus"), emulator.client("sqs")
    create_table(emulator.client("dynamodb"), table)
    emulator.client("events").create_event_bus(Name=bus)
    s3 = emulator.client("s3")
    if "outgoing" not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
        create_bucket(s3, "outgoing")
        s3.put_object(Bucket="outgoing", Key="huge.bin", Body=BODY)
    return {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "STAGE": "local",
        "EVENT_BUS_NAME": bus,
        "TRANSFERS_TABLE": table,
        "LANE_QUEUE_URL": new_queue(sqs),
        "LONG_LANE_QUEUE_URL": new_queue(sqs),
        "STATE_MACHINE_ARN": f"arn:aws:states:{REGION}:000000000000:stateMachine:none",
        "READER_ROLE_ARN": "arn:aws:iam::000000000000:role/reader",
        "SECRET_PREFIX": f"{table}/",
        "ALLOWED_NETWORKS": "127.0.0.0/8",
        "POWERTOOLS_SERVICE_NAME": "transfer",
        "POWERTOOLS_METRICS_NAMESPACE": "FileFerry/local",
    }


def register(wires: wiring.Wiring, partner: AwkwardProgram) -> None:
    partner.fresh_folder(HABITS)
    wish = NewDestination(
        id="partner",
        name="Opens no file twice",
        protocol=Protocol.SFTP,
        host="127.0.0.1",
        port=partner.port,
        user=user_name(HABITS),
        base_path="/in",
        max_sessions=2,
        host_keys=partner.host_keys,
    )
    register_destination(wish, Credential(password=PASSWORD), ADMIN, None, ports=wires.ports)
    assert probe_destination("partner", ADMIN, ports=wires.ports).failure is None


@contextmanager
def started_workers(environment: dict[str, str], folder: Path) -> Iterator[Callable[[], Program]]:
    aws = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    workers: list[Program] = []

    def start() -> Program:
        command = (sys.executable, "-m", "services.transfer.worker")
        env = environment | aws | {"POWERTOOLS_TRACE_DISABLED": "1"}
        workers.append(start_program("worker", command, env, folder, bound=False))
        return workers[-1]

    try:
        yield start
    finally:
        end_programs(workers)


def test_what_no_function_has_the_time_for_goes_through_a_container(
    site: Site, tmp_path: Path
) -> None:
    transfer = site.transfer()
    strategy = transfer.known_strategy
    assert (strategy.method, strategy.long_turn) == (Method.ONE_HANDLE, True)
    assert "a container sends it" in strategy.why
    worker = site.start()
    site.wait_for_file(transfer, worker)
    wait_for(lambda: queue_is_empty(site), "an empty queue")
    end_programs([worker])
    assert not worker.alive
    log = tmp_path / "worker.log"
    assert measured(log, "BytesRead") == measured(log, "BytesWritten") == SIZE_BYTES


def test_a_worker_that_is_stopped_says_what_is_lost_and_the_next_one_sends_it_anew(
    site: Site,
) -> None:
    transfer = site.transfer()
    worker = site.start()
    wait_for(lambda: site.part_bytes() > SIZE_BYTES // 10, "the first bytes", seconds=30)
    stop(worker)
    wait_for(lambda: not worker.alive, "its end", seconds=20)
    stopped = site.read(transfer)
    assert stopped.failure is not None
    assert (stopped.failure.code, stopped.failure.retryable) == ("worker_stopped", True)
    assert f"of {SIZE_BYTES} bytes" in stopped.failure.message
    assert (stopped.status, stopped.generation) == (Status.MOVING, 2)
    site.wait_for_file(transfer, site.start())
    wait_for(lambda: not site.part_bytes(), "no part file")
    assert site.read(transfer).failure is None


def queue_is_empty(site: Site) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = site.wires.settings.long_lane_queue_url
    counts = site.wires.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return not any(int(each) for each in counts.values())


def stop(worker: Program) -> None:
    os.kill(worker.pid, signal.SIGTERM)
