"""What a lane does in its one session: create the file, move chunks, prove them, give the name."""

from contextlib import suppress

from services.transfer.domain.checksums import FileChecksum
from services.transfer.domain.errors import (
    ChunkCorrupted,
    LaneCrashed,
    OutOfTime,
    PartnerError,
    TransferError,
    WorkerStopped,
)
from services.transfer.domain.ports import ChunkSink, ObjectSource, Ports
from services.transfer.domain.proof import Verify
from services.transfer.domain.transfer import Change, Transfer
from services.transfer.domain_services.ask_checksum import ContentDiffers
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.chunk_mover import ChunkMover
from services.transfer.domain_services.compare_samples import moved
from services.transfer.domain_services.give_name import give_name
from services.transfer.domain_services.lane_outcome import Outcome
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.make_part import make_part
from services.transfer.domain_services.move_chunk import Endpoints
from services.transfer.domain_services.partner_session import Visit
from services.transfer.domain_services.plan_part import leads_there, start_over
from services.transfer.domain_services.proof_sums import InOrderHash, in_order_hash
from services.transfer.domain_services.prove_chunk import prove_chunk
from services.transfer.domain_services.prove_part import prove_part
from services.transfer.domain_services.queue_lanes import (
    is_moved,
    is_out,
    is_written,
    queue_lanes,
    work_is_free,
)
from services.transfer.domain_services.remove_left_behind import remove_left_behind
from services.transfer.domain_services.replan import may_replan


class LaneWork:
    """`transfer` is as the lane last read or stored it."""

    def __init__(
        self, transfer: Transfer, source: ObjectSource, visit: Visit, pulse: LanePulse, ports: Ports
    ) -> None:
        self.transfer = transfer
        self._source, self._visit, self._pulse, self._ports = source, visit, pulse, ports
        self._in_order: InOrderHash | None = None
        pulse.keeps_chunks = transfer.known_strategy.reopens

    def run(self) -> Outcome:
        """Raises what goes wrong. The last lane at work also proves the file and names it."""
        written = self._is_written()
        if not written and self._is_useless():
            return self._start_over()
        if not written and not self._move():
            return Outcome.HANDS_OVER
        if self.transfer.verify is Verify.READBACK and not self._prove():
            return Outcome.HANDS_OVER
        return self._deliver() if self._is_the_last() else Outcome.ENDED

    def _is_the_last(self) -> bool:
        """Whether all is moved, and no other lane is at work or on its way. In this order: once all
        is moved, nobody gets a chunk any more. Each of several says that it leaves before it looks.
        So of those that end at once, the later one sees that the others leave. If two see it, one
        gets the steps' place. After lanes of several that found nothing to do, the workflow
        delivers."""
        if not self.transfer.has_started:
            return False
        if self.transfer.lanes > 1:
            self._pulse.leave()
        passes = 2 if self.transfer.verify is Verify.READBACK else 1
        all_by_itself = self._pulse.finished == passes * self.transfer.known_plan.total
        if not all_by_itself and not is_moved(self.transfer, ports=self._ports):
            return False
        if self.transfer.lanes <= 1:
            return True
        return self._pulse.finished > 0 and not self._others_write()

    def _others_write(self) -> bool:
        """Or may yet."""
        now, policy, mine = self._ports.now(), self._ports.policy, self._pulse.lane.number
        others = [
            each for each in self._ports.lanes.lanes(self.transfer.ledger) if each.number != mine
        ]
        return any(is_out(each, now, policy) and not each.leaving for each in others)

    def _may_deliver(self) -> bool:
        """Another lane of several may have delivered since this one read the transfer."""
        if not self._pulse.take_step():
            return False
        if self.transfer.lanes > 1:
            generation = self.transfer.generation
            self.transfer = self._ports.transfers.read(self.transfer.id)
            return self.transfer.lanes_wanted and self.transfer.generation == generation
        return True

    def _is_written(self) -> bool:
        """Whether an earlier turn of the only lane has moved the last chunk."""
        if self.transfer.lanes > 1 or not self.transfer.part_made:
            return False
        return is_written(self.transfer, ports=self._ports)

    def _is_useless(self) -> bool:
        """Its creation may still be on its way, or it was planned for another place, or whoever had
        its only handle is gone."""
        part = self.transfer.known_part
        if part.made:
            return not self.transfer.known_strategy.reopens
        return part.opening or not leads_there(self.transfer, self._visit.destination)

    def _open(self) -> ChunkSink:
        part, strategy = self.transfer.known_part, self.transfer.known_strategy
        if part.made:
            return self._visit.session.open_part(part.path, strategy)
        self.transfer, sink = make_part(self.transfer, self._visit, ports=self._ports)
        self._pulse.headway = True
        if self.transfer.lanes > 1:
            queue_lanes(self.transfer, ports=self._ports)
        return sink

    def _move(self) -> bool:
        """False when time is up before nothing was left."""
        pulse, ports, fresh = self._pulse, self._ports, not self.transfer.part_made
        self._in_order = in_order_hash(self.transfer) if fresh else None
        session, in_order = self._visit.session, self._in_order
        with (
            self._open() as sink,
            ChunkMover(
                Endpoints(self.transfer, self._source, sink, session, ports, fresh, in_order), pulse
            ) as mover,
        ):
            while pulse.has_time:
                chunk = pulse.claim(pulse.ledger)
                if chunk is None:
                    return True
                mover.move(chunk)
                if pulse.finished == self.transfer.known_plan.total:
                    return True  # all of them, by this lane in this turn
        if self.transfer.known_strategy.reopens or self._is_paused():
            return False
        done = ports.ledger.progress(pulse.ledger).bytes_done
        size = self.transfer.known_source.size_bytes
        cut_off = WorkerStopped if pulse.worker.stopping() else OutOfTime
        raise cut_off(self.transfer.known_part.path, done, size)

    def _is_paused(self) -> bool:
        """Or at its end. Not as the last beat saw it: the answer ends the transfer."""
        return not self._ports.transfers.read(self.transfer.id).lanes_wanted

    def _prove(self) -> bool:
        """Reads chunks back through a handle of its own, once every chunk is moved. The other lanes
        ended when no chunk was left to move, so they are sent out again to help, as long as there
        is something to do: lanes that only wake each other come to no end. False when time is
        up."""
        ports, pulse = self._ports, self._pulse
        if not ports.ledger.progress(pulse.ledger).complete:
            return True
        ports.ledger.open(pulse.ledger.proof, self.transfer.known_plan)
        if self.transfer.lanes > 1 and work_is_free(self.transfer, ports=ports):
            queue_lanes(self.transfer, ports=ports)
        with self._visit.session.open_reader(self.transfer.known_part.path) as reader:
            while pulse.has_time:
                chunk = pulse.claim(pulse.ledger.proof)
                if chunk is None:
                    return True
                if not prove_chunk(chunk, self.transfer, reader, pulse, ports=ports):
                    return True
        return False

    def _deliver(self) -> Outcome:
        """Proves the file and gives it its name. An error in the commit leaves the rest to the
        workflow, whose steps look at both names."""
        ports, visit = self._ports, self._visit
        if not self._may_deliver():
            return Outcome.ENDED
        chunks, hashed = moved(self.transfer, ports=ports), self._hashed()
        try:
            proof = prove_part(self.transfer, visit.session, chunks, hashed, ports=ports)
        except PartnerError:
            self._keep(hashed)
            raise
        except ContentDiffers as found:
            self._keep(hashed)
            wrote_otherwise = isinstance(found.first, ChunkCorrupted)
            if wrote_otherwise and may_replan(self.transfer, visit.destination):
                raise found.first from None  # perhaps it loses what is written in this way
            return Outcome.ENDED  # VerifyTarget finds the same, and decides

        def begin(current: Transfer) -> Change:
            self._pulse.fence()  # a step of the workflow may prove it by now
            return current.proved_by_lane(proof, ports.now())

        try:
            self.transfer = give_name(self.transfer, visit, chunks, begin, ports=ports)
            if self.transfer.left_behind:
                remove_left_behind(self.transfer, visit, ports=ports)
        except TransferError as error:
            self._pulse.fence()  # a lease that is lost is told as such
            ports.log_error("commit left to the workflow", error)
            return Outcome.ENDED
        return Outcome.DELIVERED

    def _hashed(self) -> FileChecksum | None:
        size = self.transfer.known_source.size_bytes
        return self._in_order.of_file(size) if self._in_order else None

    def _keep(self, hashed: FileChecksum | None) -> None:
        """Stores the hash, because nobody after this turn sees all bytes in their order."""
        if hashed is None:
            return
        generation = self.transfer.generation
        with suppress(TransferError):  # what ended the proof says more
            self.transfer = change_run(
                self.transfer.run_id,
                lambda current: current.keep_hash(generation, hashed),
                ports=self._ports,
            )

    def _start_over(self) -> Outcome:
        """The next lane takes over the count of workers that died. Otherwise those that always die
        over it would begin for ever. A lane that is resumed has no failures."""
        ports, lane = self._ports, self._pulse.lane
        if lane.failures >= ports.policy.retry.max_failures:
            raise LaneCrashed(lane.transfer_id, lane.number, lane.failures)
        start_over(self.transfer, self._visit.destination, lane.failures, ports=ports)
        return Outcome.STARTED_OVER
