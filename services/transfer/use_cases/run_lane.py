"""One turn of one lane. It moves chunk after chunk in one session, and hands over in time."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from services.transfer.domain.errors import LeaseLost, NoHeadway, RunSuperseded, TransferError
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.tries import Tries
from services.transfer.domain_services.fail_transfer import fail_by_lane, note_lane_trouble
from services.transfer.domain_services.lane_pulse import BEAT_SECONDS, LanePulse, visibility_seconds
from services.transfer.domain_services.move_chunk import Endpoints, move_chunk
from services.transfer.domain_services.partner_session import with_credential
from services.transfer.domain_services.prove_chunk import prove_chunk
from services.transfer.domain_services.queue_lanes import (
    queue_lanes,
    report_moved,
    send_turn,
    work_is_free,
)
from services.transfer.domain_services.session_line import lane_limit, park_lane
from services.transfer.domain_services.worker import Worker
from services.transfer.use_cases.inspect_source import open_source


def run_lane(message: LaneMessage, worker: Worker, *, ports: Ports) -> None:
    """Repeated and outdated messages do nothing. Errors of source and partner are handled here: the
    lane gets another turn later, or the transfer fails. Any other exception is raised, and the
    queue delivers the message again."""
    ledger = LedgerId(message.transfer_id, message.generation)
    now = ports.now()
    until = now + timedelta(seconds=ports.policy.lease_seconds)
    lane = ports.lanes.take(ledger, message.lane, message.turn, worker.name, now, until)
    if lane is not None:
        _Turn(LanePulse(lane, worker, ports), ports).run()


class _Turn:
    def __init__(self, pulse: LanePulse, ports: Ports) -> None:
        self._pulse, self._ports = pulse, ports
        self._worker = pulse.worker

    def run(self) -> None:
        try:
            with self._ports.heart.beating(self._pulse.beat, BEAT_SECONDS):
                self._take_part()
        finally:
            self._pulse.free_slot()

    def _take_part(self) -> None:
        transfer = self._ports.transfers.read(self._pulse.lane.transfer_id)
        self._worker.correlate(transfer.correlation_id)
        of_today = transfer.generation == self._pulse.lane.generation
        if transfer.status is not Status.MOVING or not of_today or not transfer.part_made:
            self._pulse.leave_line(transfer.destination_id)
            self._end()
            return
        lease_seconds = self._ports.policy.lease_seconds
        self._worker.message.extend(visibility_seconds(lease_seconds))
        destination = self._ports.destinations.read(transfer.destination_id)
        limit = lane_limit(destination, self._ports.policy)
        if not self._pulse.take_slot(destination.id, limit):
            park_lane(self._pulse.lane, destination.id, limit, ports=self._ports)
            return
        self._drive(transfer)

    def _drive(self, transfer: Transfer) -> None:
        pulse = self._pulse
        try:
            finished = self._work(transfer)
        except TransferError as error:
            if isinstance(error, LeaseLost) or pulse.is_lost or pulse.stopped:
                self._end()  # what is lost may be somebody else's; what is still ours is freed
                return
            if not (pulse.out_of_time and pulse.headway):
                self._after_failure(transfer, error)
                return
            finished = False  # a beat closed the session in time, and the next turn goes on
        if finished:
            self._end()
        elif pulse.headway:
            pulse.free_slot()  # before the next turn asks for it, because others wait for it, too
            send_turn(replace(pulse.lane, failures=0), 0, ports=self._ports)
        else:
            self._after_failure(transfer, NoHeadway(transfer.id, pulse.lane.number))

    def _work(self, transfer: Transfer) -> bool:
        """True when nothing is left for this lane, False when it hands over to its next turn."""
        ports, pulse = self._ports, self._pulse
        login = with_credential(transfer.destination_id, ports=ports)
        with (
            open_source(transfer, ports=ports) as source,
            ports.partners.connect(*login) as session,
        ):
            pulse.watch(session)
            with session.open_part(transfer.known_part.path) as sink:
                ends = Endpoints(transfer, source, sink, session, ports)
                while self._has_time():
                    chunk = pulse.claim(pulse.ledger)
                    if chunk is None:
                        break
                    move_chunk(chunk, ends, pulse)
                else:
                    return False
            if transfer.verify is Verify.READBACK:
                return self._prove(transfer, session)
            return True

    def _prove(self, transfer: Transfer, session: PartnerSession) -> bool:
        """Reads chunks back through a handle of its own, once every chunk is moved. The other lanes
        ended when no chunk was left to move, so they are sent out again to help. True when nothing
        is left for this lane."""
        ports, pulse = self._ports, self._pulse
        if not ports.ledger.progress(pulse.ledger).complete:
            return True
        ports.ledger.open(pulse.ledger.proof, transfer.known_plan)
        queue_lanes(transfer, ports=ports)
        with session.open_reader(transfer.known_part.path) as reader:
            while self._has_time():
                chunk = pulse.claim(pulse.ledger.proof)
                if chunk is None or not prove_chunk(chunk, transfer, reader, pulse, ports=ports):
                    return True
        return False

    def _has_time(self) -> bool:
        return self._worker.remaining_seconds() > 2 * self._ports.policy.hand_over_seconds

    def _end(self) -> None:
        """Ends the lane, and reports when everything is moved. If the transfer was resumed at this
        very moment, there is work again, and the lanes are sent out again."""
        ports, pulse = self._ports, self._pulse
        pulse.free_slot()
        ports.lanes.end(pulse.lane)
        transfer = ports.transfers.read(pulse.lane.transfer_id)
        of_today = transfer.generation == pulse.lane.generation
        if transfer.status is not Status.MOVING or not of_today:
            return
        if not report_moved(transfer, ports=ports) and work_is_free(transfer, ports=ports):
            queue_lanes(transfer, ports=ports)

    def _after_failure(self, transfer: Transfer, error: TransferError) -> None:
        ports, pulse = self._ports, self._pulse
        run, generation = transfer.run_id, pulse.lane.generation
        failures = 1 if pulse.headway else pulse.lane.failures + 1
        retry, waited = ports.policy.retry, pulse.waited_seconds
        pulse.free_slot()
        if retry.gives_up(error, failures):
            try:
                fail_by_lane(run, generation, error, ports=ports)
                self._end()
                return
            except RunSuperseded:
                pass  # the transfer was retried since, and the later run judges for itself
        delay = max(waited, retry.delay_seconds(failures, ports.random))
        next_at = ports.now() + timedelta(seconds=delay)
        send_turn(replace(pulse.lane, failures=failures), delay, ports=ports)
        tries = Tries(None, pulse.lane.number, failures, retry.max_failures, next_at)
        with suppress(RunSuperseded):  # after the turn: a lane without failures has no trouble
            note_lane_trouble(run, generation, error, tries, ports=ports)
