"""One turn of one lane. It moves chunk after chunk in one session, and hands over in time."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    ChunkCorrupted,
    LeaseLost,
    NoHeadway,
    NoSessionFree,
    RunSuperseded,
    TransferError,
)
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import ObjectSource, Ports
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.tries import Tries
from services.transfer.domain_services import session_line as line
from services.transfer.domain_services.fail_transfer import (
    end_trouble,
    fail_by_lane,
    note_lane_trouble,
)
from services.transfer.domain_services.lane_pulse import BEAT_SECONDS, LanePulse, visibility_seconds
from services.transfer.domain_services.lane_work import LaneWork, Outcome
from services.transfer.domain_services.partner_session import Visit, connected, with_credential
from services.transfer.domain_services.plan_part import start_over
from services.transfer.domain_services.queue_lanes import (
    is_driven,
    is_written,
    queue_lanes,
    report_moved,
    send_turn,
    tell_moved,
    work_is_free,
)
from services.transfer.domain_services.replan import Replanned, refresh_plan, replan
from services.transfer.domain_services.show_progress import show_stopped
from services.transfer.domain_services.worker import Worker
from services.transfer.use_cases.inspect_source import open_source


def run_lane(message: LaneMessage, worker: Worker, *, ports: Ports) -> None:
    """Repeated and outdated messages do nothing. Errors of source and partner are handled: the lane
    gets another turn later, or the transfer fails. Any other is raised, and the queue delivers the
    message again."""
    ledger, now = LedgerId(message.transfer_id, message.generation), ports.now()
    until = now + timedelta(seconds=ports.policy.lease_seconds)
    lane = ports.lanes.take(ledger, message.lane, message.turn, worker.name, now, until)
    if lane is not None:
        _Turn(LanePulse(lane, worker, ports), ports).run()


class _Turn:
    def __init__(self, pulse: LanePulse, ports: Ports) -> None:
        self._pulse, self._ports, self._worker = pulse, ports, pulse.worker
        self._work: LaneWork | None = None

    def run(self) -> None:
        try:
            with self._ports.heart.beating(self._pulse.beat, BEAT_SECONDS):
                self._take_part()
        finally:
            self._pulse.free_slot()

    def _take_part(self) -> None:
        transfer = self._ports.transfers.read(self._pulse.lane.transfer_id)
        self._worker.correlate(transfer.correlation_id)
        if not self._is_wanted(transfer):
            self._pulse.leave_line(transfer.destination_id)
            self._end()
            return
        self._worker.message.extend(visibility_seconds(self._ports.policy.lease_seconds))
        destination = self._ports.destinations.read(transfer.destination_id)
        limit = line.lane_limit(destination, self._ports.policy, short=line.is_short(transfer))
        if not self._pulse.take_slot(destination.id, limit):
            none_free = line.no_lane_session(destination, limit, self._ports.policy)
            self._park(transfer, none_free)
            return
        end_trouble(transfer, _waited, ports=self._ports)
        self._drive(transfer, destination)

    def _park(self, transfer: Transfer, none_free: NoSessionFree) -> None:
        """A transfer waits while none of its lanes has a session. Several lanes may come at once,
        so each looks for others when it is parked itself: the last one finds none. The first lane
        is alone and notes it before, because another worker may begin at once."""
        lane, ports = self._pulse.lane, self._ports
        waits = Tries(lane=lane.number, waits=True)
        if not transfer.part_made:
            self._note(transfer, transfer.generation, none_free, waits)
        line.park_lane(lane, transfer, none_free.limit, ports=ports)
        if transfer.part_made:
            lanes, now = ports.lanes.lanes(transfer.ledger), ports.now()
            if not any(is_driven(each, now, ports.policy) for each in lanes):
                self._note(transfer, transfer.generation, none_free, waits)

    def _is_wanted(self, transfer: Transfer) -> bool:
        """The first lane also creates the part file."""
        lane = self._pulse.lane
        wanted = transfer.lanes_wanted and transfer.generation == lane.generation
        return wanted and (transfer.part_made or lane.number == 0)

    def _drive(self, transfer: Transfer, destination: Destination) -> None:
        pulse = self._pulse
        try:
            outcome = self._visit(transfer, destination)
        except TransferError as error:
            if isinstance(error, LeaseLost) or pulse.is_lost or pulse.stopped:
                self._end()  # what is lost may be somebody else's; what is still ours is freed
                return
            stuck = self._is_stuck()
            if stuck or not (pulse.out_of_time and pulse.headway):
                self._after_failure(transfer, error, stuck=stuck)
                return
            outcome = Outcome.HANDS_OVER  # a beat closed the session in time, the next turn goes on
        if outcome is Outcome.HANDS_OVER and not pulse.headway:
            self._after_failure(transfer, NoHeadway(transfer.id, pulse.lane.number), stuck=False)
        elif outcome is Outcome.HANDS_OVER:
            pulse.free_slot()  # before the next turn asks for it, because others wait for it, too
            send_turn(replace(pulse.lane, failures=0), 0, ports=self._ports)
        elif outcome is Outcome.REPLANNED:
            pulse.free_slot()
            send_turn(pulse.lane, 0, ports=self._ports)
        elif outcome is not Outcome.DELIVERED:
            self._end()

    def _visit(self, transfer: Transfer, known: Destination) -> Outcome:
        ports, pulse = self._ports, self._pulse
        destination, credential = with_credential(known.id, ports=ports, known=known)
        with (
            open_source(transfer, ports=ports) as source,
            connected(destination, credential, pulse.wants_session, ports=ports) as session,
        ):
            pulse.watch(session)
            outcome = self._work_in(transfer, source, Visit(session, destination))
        if outcome is Outcome.DELIVERED and self._work is not None:
            pulse.free_slot()
            ports.lanes.end(pulse.lane)
            tell_moved(self._work.transfer, ports=ports)
        return outcome

    def _work_in(self, transfer: Transfer, source: ObjectSource, visit: Visit) -> Outcome:
        """Looks at the server anew when it does not do what was planned."""
        anew = refresh_plan(transfer, visit, ports=self._ports)
        if anew is not None:
            return self._by_new_plan(transfer, anew)
        work = self._work = LaneWork(transfer, source, visit, self._pulse, self._ports)
        try:
            return work.run()
        except TransferError as error:
            self._pulse.fence()
            anew = replan(work.transfer, error, visit, ports=self._ports)
            if anew is None:
                raise
            return self._by_new_plan(work.transfer, anew)

    def _by_new_plan(self, before: Transfer, anew: Replanned) -> Outcome:
        new, old = anew.transfer.known_strategy, before.known_strategy
        if (new.method, new.long_turn) == (old.method, old.long_turn):
            return Outcome.REPLANNED
        start_over(anew.transfer, anew.destination, ports=self._ports)
        return Outcome.STARTED_OVER

    def _end(self) -> None:
        """Ends the lane, and reports when everything is moved. If the transfer was resumed at this
        very moment, there is work again, and the lanes are sent out again."""
        ports, pulse = self._ports, self._pulse
        pulse.free_slot()
        ports.lanes.end(pulse.lane)
        transfer = ports.transfers.read(pulse.lane.transfer_id)
        of_today = transfer.generation == pulse.lane.generation
        committing = transfer.status is Status.COMMITTING
        if of_today and transfer.status is Status.PAUSED:
            show_stopped(transfer, ports=ports)
        if not of_today or not (committing or transfer.lanes_wanted):
            return
        moved = report_moved(transfer, ports=ports)
        if not moved and not committing and work_is_free(transfer, ports=ports):
            queue_lanes(transfer, ports=ports)

    def _after_failure(self, transfer: Transfer, error: TransferError, *, stuck: bool) -> None:
        """What was moved into a file that is given up counts for nothing. Otherwise a line that
        always breaks half way would be tried for ever."""
        ports, pulse = self._ports, self._pulse
        run, generation = transfer.run_id, pulse.lane.generation
        failures = 1 if pulse.headway and not stuck else pulse.lane.failures + 1
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
        tries = Tries(None, pulse.lane.number, failures, retry.max_failures, next_at)
        if not stuck:
            send_turn(replace(pulse.lane, failures=failures), delay, ports=ports)
        else:
            damaged = isinstance(error, ChunkCorrupted)
            if not self._starts_over(transfer, failures, delay, damaged=damaged):
                return
            generation = ports.transfers.read(transfer.id).generation
        # After the turn was sent: a lane without failures has no trouble.
        self._note(transfer, generation, error, tries)

    def _starts_over(
        self, transfer: Transfer, failures: int, delay: float, *, damaged: bool
    ) -> bool:
        """With another part file. By now the transfer may be cancelled, or impossible."""
        ports, pulse = self._ports, self._pulse
        ports.lanes.end(pulse.lane)
        destination = ports.destinations.read(transfer.destination_id)
        with suppress(RunSuperseded):
            try:
                return start_over(
                    transfer, destination, failures, delay, damaged=damaged, ports=ports
                )
            except TransferError as error:
                if error.retryable:
                    raise
                fail_by_lane(transfer.run_id, pulse.lane.generation, error, ports=ports)
        return False

    def _note(
        self, transfer: Transfer, generation: int, error: TransferError, tries: Tries
    ) -> None:
        with suppress(RunSuperseded):
            note_lane_trouble(transfer.run_id, generation, error, tries, ports=self._ports)

    def _is_stuck(self) -> bool:
        """Whether its creation may still be on its way, or nobody can open the file again."""
        transfer = self._ports.transfers.read(self._pulse.lane.transfer_id)
        part = transfer.part
        if part is None or transfer.generation != self._pulse.lane.generation:
            return False
        if not part.made:
            return part.opening
        if transfer.known_strategy.reopens:
            return False
        return not is_written(transfer, ports=self._ports)


def _waited(tries: Tries) -> bool:
    return tries.waits and tries.lane is not None
