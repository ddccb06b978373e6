"""One turn of one lane. It moves chunk after chunk in one session, and hands over in time."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    ChunkCorrupted,
    LeaseLost,
    NoHeadway,
    RunSuperseded,
    TransferError,
)
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.ports import ObjectSource, Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.tries import Tries
from services.transfer.domain_services.end_turn import (
    end_lane,
    end_unwanted,
    give_way,
    note,
    park,
    wait_refused,
)
from services.transfer.domain_services.fail_transfer import end_trouble, fail_by_lane
from services.transfer.domain_services.folder_work import FolderWork
from services.transfer.domain_services.lane_limits import session_limit
from services.transfer.domain_services.lane_outcome import Outcome
from services.transfer.domain_services.lane_pulse import BEAT_SECONDS, LanePulse
from services.transfer.domain_services.lane_tally import TalliedFolder, TalliedSource
from services.transfer.domain_services.lane_work import LaneWork
from services.transfer.domain_services.partner_session import Visit, connected, with_credential
from services.transfer.domain_services.plan_part import start_over
from services.transfer.domain_services.queue_lanes import is_stuck, send_turn, tell_moved
from services.transfer.domain_services.recover_sessions import recover_sessions
from services.transfer.domain_services.refused_session import full
from services.transfer.domain_services.replan import Replanned, refresh_plan, replan
from services.transfer.domain_services.stay_home import may_work
from services.transfer.domain_services.steer_lanes import note_refusal
from services.transfer.domain_services.worker import Worker
from services.transfer.use_cases.inspect_source import open_source


def run_lane(message: LaneMessage, worker: Worker, *, ports: Ports) -> None:
    """Repeated and outdated messages do nothing. Errors of source and partner are handled: the lane
    gets another turn later, or the transfer fails. Any other is raised, and the queue delivers the
    message again. While its region stands by nothing is done: when it works, the sweeper sends
    lanes out again."""
    if not may_work(ports=ports):
        return
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
            self._pulse.tally.tell(self._ports.meter)  # first: it calls nobody
            self._pulse.free_slot()

    def _take_part(self) -> None:
        transfer = self._ports.transfers.read(self._pulse.lane.transfer_id)
        self._worker.correlate(transfer.correlation_id)
        if not self._is_wanted(transfer):
            end_unwanted(self._pulse, transfer.destination_id, ports=self._ports)
            return
        self._worker.hide_message(self._ports.policy.lease_seconds)
        known = self._ports.destinations.read(transfer.destination_id)
        destination = recover_sessions(known, ports=self._ports)
        limit = session_limit(transfer, destination, self._ports.policy)
        if not self._pulse.take_slot(destination.id, limit):
            park(self._pulse, transfer, destination, ports=self._ports)
            return
        end_trouble(transfer, _waited, ports=self._ports)
        self._drive(transfer, destination)

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
            stuck = is_stuck(pulse.lane, ports=self._ports)
            if stuck or not (pulse.out_of_time and pulse.headway):
                self._after_failure(transfer, error, stuck=stuck)
                return
            outcome = Outcome.HANDS_OVER  # a beat closed the session in time, the next turn goes on
        if outcome is Outcome.HANDS_OVER and pulse.gives_way:
            give_way(pulse, ports=self._ports)
        elif outcome is Outcome.HANDS_OVER and not pulse.headway:
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
        if transfer.sends_many:
            return self._visit_with_many(transfer, destination, credential)
        with (
            open_source(transfer, ports=ports) as source,
            connected(destination, credential, pulse.wants_session, ports=ports) as session,
        ):
            pulse.watch(session)
            tallied = TalliedSource(source, pulse.tally)
            outcome = self._work_in(transfer, tallied, Visit(session, destination))
        if outcome is Outcome.DELIVERED and self._work is not None:
            pulse.free_slot()
            ports.lanes.end(pulse.lane)
            tell_moved(self._work.transfer, ports=ports)
        return outcome

    def _visit_with_many(
        self, transfer: Transfer, destination: Destination, credential: Credential
    ) -> Outcome:
        """What one file meets says nothing of the plan, so the server is not probed anew."""
        ports, pulse = self._ports, self._pulse
        root = transfer.known_inventory.root_in(transfer.run)
        with (
            ports.readers.authorize_many(transfer.source.bucket, root, transfer.id) as source,
            connected(destination, credential, pulse.wants_session, ports=ports) as session,
        ):
            pulse.watch(session)
            tallied = TalliedFolder(source, pulse.tally)
            return FolderWork(transfer, tallied, Visit(session, destination), pulse, ports).run()

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
        end_lane(self._pulse, ports=self._ports)

    def _after_failure(self, transfer: Transfer, error: TransferError, *, stuck: bool) -> None:
        """What was moved into a file that is given up counts for nothing. Otherwise a line that
        always breaks half way would be tried for ever."""
        ports, pulse = self._ports, self._pulse
        run, generation = transfer.run_id, pulse.lane.generation
        failures = 1 if pulse.headway and not stuck else pulse.lane.failures + 1
        retry, waited = ports.policy.retry, pulse.waited_seconds
        pulse.free_slot()
        lane = pulse.lane
        if not pulse.out_of_time:
            lane = note_refusal(transfer, lane, error, pulse.has_session, ports=ports)
        if not stuck and self._waits_for_others(transfer, error, failures):
            return
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
            send_turn(replace(lane, failures=failures), delay, ports=ports)
        else:
            damaged = isinstance(error, ChunkCorrupted)
            if not self._starts_over(transfer, failures, delay, damaged=damaged):
                return
            generation = ports.transfers.read(transfer.id).generation
        # After the turn was sent: a lane without failures has no trouble.
        note(transfer, generation, error, tries, ports=ports)

    def _waits_for_others(self, transfer: Transfer, error: TransferError, failures: int) -> bool:
        """Whether it got no session because the partner has as many of ours as it takes. Then it
        stands in line."""
        if self._pulse.has_session:
            return False
        refused = full(transfer.destination_id, error, failures, ports=self._ports)
        if refused is not None:
            wait_refused(self._pulse, refused, ports=self._ports)
        return refused is not None

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


def _waited(tries: Tries) -> bool:
    return tries.waits and tries.lane is not None
