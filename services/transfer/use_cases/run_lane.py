"""One turn of one lane: one session, chunk after chunk, handed over before time is up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from services.transfer.domain.errors import LeaseLost, RunSuperseded, TransferError
from services.transfer.domain.ledger import ChunkLease, Lane, LaneMessage, LedgerId
from services.transfer.domain.ports import MessageLease, Ports
from services.transfer.domain.strategy import lane_sessions
from services.transfer.domain.transfer import Failure, Status, Verify
from services.transfer.use_cases.fail_transfer import fail_transfer, note_trouble
from services.transfer.use_cases.inspect_source import open_source
from services.transfer.use_cases.lane_pulse import LanePulse, visibility_seconds
from services.transfer.use_cases.move_chunk import Route, move_chunk
from services.transfer.use_cases.partner_session import with_credential
from services.transfer.use_cases.queue_lanes import Turn, chunk_is_free, queue_lanes, send_turn
from services.transfer.use_cases.report_moved import report_moved


@dataclass(frozen=True)
class Worker:
    """Who runs the turn: a name unique to the invocation, its message, its remaining seconds."""

    name: str
    message: MessageLease
    remaining_seconds: Callable[[], float]


def run_lane(message: LaneMessage, worker: Worker, *, ports: Ports) -> None:
    """Repeated and outdated messages do nothing. Errors of source and partner are answered here
    (another turn later, or the end of the transfer); any other exception goes up, and the message
    comes back."""
    pulse = _take(message, worker, ports=ports)
    if pulse is None:
        return
    try:
        done = _drive(pulse, worker, ports=ports)
    except LeaseLost:
        return  # somebody took over; whatever was held is theirs
    except TransferError as error:
        _after_failure(pulse, error, ports=ports)
        return
    finally:
        ports.slots.free(pulse.slot)
    if done:
        _end(pulse.lane, pulse.ledger, ports=ports)
    else:
        _next_turn(pulse, 0, pulse.lane.failures, ports=ports)


def _take(message: LaneMessage, worker: Worker, *, ports: Ports) -> LanePulse | None:
    """The lane and a slot, or nothing. Without a slot the next turn is sent with a delay."""
    ledger = LedgerId(message.transfer_id, message.generation)
    now = ports.now()
    until = now + timedelta(seconds=ports.policy.lease_seconds)
    lane = ports.lanes.take(ledger, message.lane, message.turn, worker.name, now, until)
    if lane is None:
        return None
    transfer = ports.transfers.read(message.transfer_id)
    if transfer.status is not Status.MOVING or transfer.generation != message.generation:
        _end(lane, ledger, ports=ports)
        return None
    worker.message.extend(visibility_seconds(ports.policy.lease_seconds))
    destination = ports.destinations.read(transfer.destination_id)
    holder = f"{transfer.id}/{transfer.generation}/lane-{lane.number}"
    slot = ports.slots.take(destination.id, lane_sessions(destination), holder, now, until)
    if slot is None:
        delay = ports.policy.retry.delay_seconds(2, ports.random)
        send_turn(Turn(ledger, lane.number, lane.turn + 1, lane.failures), delay, ports=ports)
        return None
    return LanePulse(
        transfer, lane, slot, worker.message, ports, transfer.run_id, beaten_at=now, renewed_at=now
    )


def _drive(pulse: LanePulse, worker: Worker, *, ports: Ports) -> bool:
    """True when nothing is left for this lane, False when it hands over to its next turn."""
    transfer = pulse.transfer
    login = with_credential(transfer.destination_id, ports=ports)
    with (
        open_source(transfer, ports=ports) as source,
        ports.partners.connect(*login) as session,
    ):
        sink = session.open_part(transfer.part)
        route = Route(transfer, source, sink, ports.crc64)
        pulse.beat(0)  # the login may have taken long
        while worker.remaining_seconds() > 2 * ports.policy.hand_over_seconds:
            now = ports.now()
            until = now + timedelta(seconds=ports.policy.lease_seconds)
            chunk = ports.ledger.claim(pulse.ledger, worker.name, now, until)
            if chunk is None:
                sink.close()
                return True
            with _held(chunk, pulse, ports=ports):
                _move(chunk, route, pulse, worker)
        sink.close()
    return False


@contextmanager
def _held(chunk: ChunkLease, pulse: LanePulse, *, ports: Ports) -> Iterator[None]:
    """Whatever goes wrong, the chunk goes back at once with the checkpoint it came with."""
    pulse.chunk = chunk
    try:
        yield
    except BaseException:
        ports.ledger.release(pulse.held, chunk.done_bytes, chunk.crc64)
        raise
    finally:
        pulse.chunk = None


def _move(chunk: ChunkLease, route: Route, pulse: LanePulse, worker: Worker) -> None:
    ports = pulse.ports

    began = worker.remaining_seconds()
    reads_back = route.transfer.verify is Verify.READBACK

    def goes_on(done_bytes: int) -> bool:
        moving = pulse.beat(done_bytes)
        left = worker.remaining_seconds()
        reading_back = began - left if reads_back else 0.0  # takes about as long as writing did
        return moving and left > ports.policy.hand_over_seconds + reading_back

    length = route.transfer.planned.range_of(chunk.number)[1]
    moved = move_chunk(chunk, route, goes_on)
    if moved.done_bytes < length:
        ports.ledger.release(pulse.held, moved.done_bytes, moved.crc64)
    else:
        ports.ledger.finish(pulse.held, length, moved.crc64)
        pulse.lane = ports.lanes.beat(replace(pulse.lane, failures=0), pulse.lane.until, 0)


def _end(lane: Lane, ledger: LedgerId, *, ports: Ports) -> None:
    """Nothing left for it - unless the transfer was resumed at this very moment."""
    ports.lanes.end(lane)
    transfer = ports.transfers.read(ledger.transfer_id)
    current = transfer.generation == ledger.generation
    if transfer.status is not Status.MOVING or not current or report_moved(transfer, ports=ports):
        return
    if chunk_is_free(ledger, ports=ports):
        queue_lanes(transfer, ports=ports)


def _next_turn(pulse: LanePulse, delay: float, failures: int, *, ports: Ports) -> None:
    turn = Turn(pulse.ledger, pulse.lane.number, pulse.lane.turn + 1, failures)
    send_turn(turn, delay, ports=ports)


def _after_failure(pulse: LanePulse, error: TransferError, *, ports: Ports) -> None:
    failures = pulse.lane.failures + 1
    retry = ports.policy.retry
    if retry.gives_up(error, failures):
        try:
            fail_transfer(pulse.run, Failure.of(error), ports=ports)
            ports.lanes.end(pulse.lane)
            return
        except RunSuperseded:
            pass  # asked for again since: the later run judges for itself
    else:
        with suppress(RunSuperseded):
            note_trouble(pulse.run, error, ports=ports)
    _next_turn(pulse, retry.delay_seconds(failures, ports.random), failures, ports=ports)
