"""The whole transfer service in memory: real use cases among fakes, and a clock to move."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from services.transfer.adapters.awscrt_crcs import CRCS
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Protocol
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.ports import Policy, Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain.retry import RetryPolicy
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.worker import Worker
from services.transfer.handlers.workflow_step import run_step
from services.transfer.use_cases.probe_destination import probe_destination
from services.transfer.use_cases.publish_pending import publish_pending
from services.transfer.use_cases.register_destination import NewDestination, register_destination
from services.transfer.use_cases.request_transfer import NewTransfer, request_transfer
from services.transfer.use_cases.run_lane import run_lane
from services.transfer.use_cases.start_workflow import start_workflow
from tests.fakes.callers import ADMIN, ANN
from tests.fakes.calls import Calls
from tests.fakes.many_files import InMemoryInventoryStore
from tests.fakes.metering import InMemoryMeter
from tests.fakes.outside import (
    CountedMessageLease,
    InMemoryBuckets,
    InMemoryBus,
    InMemoryCredentialVault,
    InMemoryLaneQueue,
)
from tests.fakes.partners import HOST_KEY, InMemoryPartners
from tests.fakes.stores import (
    InMemoryChunkLedger,
    InMemoryDestinationStore,
    InMemoryLaneRegister,
    InMemoryLaneTargets,
    InMemorySessionSlots,
    InMemoryTransferStore,
)
from tests.fakes.watched import watched
from tests.fakes.workflow import InMemoryWorkflow

CHUNK_BYTES = 100_000
POLICY = Policy(
    chunk_bytes=CHUNK_BYTES,
    lanes_per_transfer=3,
    lanes_per_destination=8,
    lease_seconds=90,
    hand_over_seconds=60,
    lane_due_seconds=300,
    keep_part_seconds=3_600,
    checkpoint_seconds=30,
    one_handle_bytes=100_000_000_000,
    retry=RetryPolicy(base_seconds=2, cap_seconds=120, max_failures=3),
)


@dataclass
class World:
    clock: datetime = datetime(2026, 11, 1, tzinfo=UTC)
    buckets: InMemoryBuckets = field(default_factory=InMemoryBuckets)
    partner: InMemoryPartners = field(default_factory=InMemoryPartners)
    queue: InMemoryLaneQueue = field(default_factory=InMemoryLaneQueue)
    bus: InMemoryBus = field(default_factory=InMemoryBus)
    vault: InMemoryCredentialVault = field(default_factory=InMemoryCredentialVault)
    policy: Policy = POLICY
    correlated: list[str] = field(default_factory=list)  # what lane workers log under
    errors: list[tuple[str, Exception]] = field(default_factory=list)  # logged, and failed nobody

    def __post_init__(self) -> None:
        numbers = count(1)
        calls = self.calls = Calls(self._move_clock)
        self.workflow = self._new_workflow()
        self.transfers, self.meter = InMemoryTransferStore(), InMemoryMeter()
        lanes, self.targets = InMemoryLaneRegister(), InMemoryLaneTargets()
        self.slots = InMemorySessionSlots(targets=self.targets)
        self.ports = Ports(
            transfers=watched("transfers", self.transfers, calls),
            outbox=watched("outbox", self.transfers.outbox, calls),
            ledger=watched("ledger", InMemoryChunkLedger(self.transfers, lanes), calls),
            inventories=watched("inventories", InMemoryInventoryStore(), calls),
            lanes=watched("lanes", lanes, calls),
            slots=watched("slots", self.slots, calls),
            targets=watched("targets", self.targets, calls),
            destinations=watched("destinations", InMemoryDestinationStore(), calls),
            vault=watched("vault", self.vault, calls),
            readers=watched("source", self.buckets, calls),
            quick_readers=watched("look", self.buckets, calls),
            buckets=watched("catalogue", self.buckets, calls),
            partners=watched("partner", self.partner, calls),
            queue=watched("queue", self.queue, calls),
            workflow=watched("workflow", self.workflow, calls),
            bus=watched("bus", self.bus, calls),
            crcs=CRCS,
            heart=calls,
            pause=self._move_clock,
            meter=self.meter,
            log_error=lambda what, error: self.errors.append((what, error)),
            now=lambda: self.clock,
            new_id=lambda: f"id-{next(numbers)}",
            random=Random(7),  # noqa: S311 - jitter
            policy=self.policy,
        )
        self.register()

    def _new_workflow(self) -> InMemoryWorkflow:
        return InMemoryWorkflow(self._step, direct_below_bytes=self.policy.chunk_bytes)

    def _step(self, event: dict[str, Any]) -> Any:  # noqa: ANN401
        with self.calls.worker(event["step"]):
            return run_step(event, self.ports)

    def new_destination(self, destination_id: str = "acme") -> NewDestination:
        return NewDestination(
            id=destination_id,
            name="ACME",
            protocol=Protocol.SFTP,
            host="sftp.acme.example",
            port=22,
            user="ferry",
            base_path="/in",
            max_sessions=4,
            host_keys=(HOST_KEY,),
        )

    def register(self, destination_id: str = "acme", **changes: Any) -> None:  # noqa: ANN401
        wish = replace(self.new_destination(destination_id), **changes)
        register_destination(wish, Credential(password="pw"), ADMIN, None, ports=self.ports)
        probe_destination(destination_id, ADMIN, ports=self.ports)
        self.partner.calls.clear()
        self.partner.most_sessions = 0

    def wish(self, **changes: Any) -> NewTransfer:  # noqa: ANN401
        wish = NewTransfer(
            correlation_id="c-1",
            source=ObjectRef("outgoing", "reports/day.csv"),
            destination_id="acme",
            target_path=None,
            if_exists=IfExists.FAIL,
            verify=Verify.CHECKSUM,
        )
        return replace(wish, **changes)

    def request(self, body: bytes, **changes: Any) -> Transfer:  # noqa: ANN401
        """Requests a transfer of an object with that body, and starts its execution."""
        self.buckets.put("outgoing", "reports/day.csv", body)
        transfer = request_transfer(self.wish(**changes), ANN, None, ports=self.ports)
        start_workflow(transfer.id, transfer.run, ports=self.ports)
        return transfer

    def run(self, *, before_state: Callable[[str], None] | None = None, turns: int = 1_000) -> None:
        """Runs all states and lane turns that are due, until none is left or `turns` have
        passed."""
        for _ in range(turns):
            if before_state is not None:
                self._tell_next(before_state)
            if not self.workflow.advance() and not self.drive_lane():
                return

    def _tell_next(self, before_state: Callable[[str], None]) -> None:
        for execution in self.workflow.executions.values():
            if execution.state is not None and execution.token is None:
                before_state(execution.state)
                return

    def drive_lane(
        self, message: LaneMessage | None = None, remaining: Callable[[], float] = lambda: 900.0
    ) -> bool:
        """Runs one turn of the next queued lane. False when no message waits."""
        if message is None:
            if not self.queue.messages:
                return False
            message = self.queue.messages.popleft()
        lease = watched("message", CountedMessageLease(), self.calls)
        name = f"worker-{message.lane}-{message.turn}"
        worker = Worker(name, lease, remaining, self.correlated.append)
        with self.calls.worker(worker.name):
            run_lane(message, worker, ports=self.ports)
        return True

    def pass_time(self, seconds: float) -> None:
        self.calls.pass_time(seconds)

    def _move_clock(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    def read(self, transfer: Transfer) -> Transfer:
        return self.ports.transfers.read(transfer.id)

    def published(self, transfer: Transfer) -> list[str]:
        publish_pending(transfer.id, ports=self.ports)
        return self.bus.kinds()

    def parts(self) -> list[str]:
        return [path for path in self.partner.files if path.endswith(".part")]
