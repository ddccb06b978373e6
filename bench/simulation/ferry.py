"""Transfers from the request to their end: each lane's turns, chunk after chunk."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import cast

from bench.simulation.accounts import Spent
from bench.simulation.clock import Clock
from bench.simulation.days import Server, Wish
from bench.simulation.gates import Account, Bucket, Workers
from bench.simulation.jobs import Job, Lane, job_of, share_of
from bench.simulation.limits import Limits
from bench.simulation.partner import Partner
from services.transfer.domain.errors import ConnectionLost
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.lane_figures import LaneFigures
from services.transfer.domain.lane_window import Share
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.lane_limits import lanes_of

STEPS_SECONDS = 0.4  # of the functions from the request to the first message of a lane
LOGIN_TRIPS, LOGIN_SECONDS = 8, 0.15  # round trips of SSH, SFTP and a first file; and CPU
PROOF_TRIPS, PROOF_SECONDS = 4, 0.1  # of samples, sync and rename


class Ferry:
    """`breaks` is the part of chunks in which the partner's connection breaks."""

    def __init__(
        self, limits: Limits, servers: Sequence[Server], lane_rate: float, breaks: float, seed: int
    ) -> None:
        self.clock, self.limits, self._random = Clock(), limits, Random(seed)  # noqa: S311
        self._breaks = breaks
        self.account = Account(limits.account)
        self.workers = Workers(self.clock, limits.lane_workers, self.account)
        self._api = Bucket(limits.api_rate, limits.api_burst)
        self._keys: dict[int, Bucket] = {}
        self.jobs: list[Job] = []
        self.partners = [Partner(self.clock, each, limits.policy, lane_rate) for each in servers]
        self._moving: dict[str, Lane] = {}
        for partner in self.partners:
            partner.reports, partner.gives_way = self._reports, self._give_way
            partner.more = lambda partner=partner: self._more(partner)  # type: ignore[misc]

    def run(self, wishes: Sequence[Wish]) -> list[Job]:
        for number, wish in enumerate(wishes):
            self.clock.after(wish.at, lambda n=number, w=wish: self._ask(n, w))  # type: ignore[misc]
        self.clock.run()
        return self.jobs

    def _ask(self, number: int, wish: Wish) -> None:
        now = self.clock.seconds
        job = job_of(number, wish, self.partners[wish.server], self.limits.policy, now)
        self.jobs.append(job)
        limits = self.limits
        key = self._keys.setdefault(wish.user, Bucket(limits.key_rate, limits.key_burst))
        wait = max(self._api.wait_seconds(now), key.wait_seconds(now))
        self.clock.after(wait, lambda: self._step(job))

    def _step(self, job: Job) -> None:
        job.spending.outside(Spent.ACCOUNT, self.clock.seconds)
        self.account.call(lambda: self._stepping(job))

    def _stepping(self, job: Job) -> None:
        job.spending.outside(Spent.STEPS, self.clock.seconds)
        self.clock.after(STEPS_SECONDS, lambda: self._stepped(job))

    def _stepped(self, job: Job) -> None:
        self.account.free()
        self._out(job, 1)

    def _out(self, job: Job, wanted: int) -> None:
        """Sends out lanes that are not on their way, until so many are."""
        out = {lane.number for lane in job.out}
        for number in range(job.lanes):
            if len(job.out) < wanted and number not in out:
                lane = Lane(job, number)
                job.out.append(lane)
                self._send(lane)

    def _send(self, lane: Lane) -> None:
        self._be(lane, Spent.WORKER)
        lane.turn += 1
        self.workers.send(lambda: self._begin(lane))

    def _begin(self, lane: Lane) -> None:
        job, partner = lane.job, lane.job.partner
        if job.ended_at is not None:
            partner.leave(lane.ticket)
            return self._leave(lane)
        if not partner.take(lane.ticket, short=job.short):
            self.workers.free()
            return self._park(lane)
        lane.turn_began, lane.gives_way = self.clock.seconds, False
        self._be(lane, Spent.LOGIN)
        self.clock.after(self._trips(lane, LOGIN_TRIPS) + LOGIN_SECONDS, lambda: self._in(lane))
        return None

    def _park(self, lane: Lane) -> None:
        self._be(lane, Spent.SESSION)
        message = LaneMessage(lane.job.id, 1, lane.number, lane.turn)
        lane.job.partner.wait(message, lane.ticket, lambda: self._send(lane), short=lane.job.short)

    def _in(self, lane: Lane) -> None:
        job = lane.job
        if not job.part_made:
            job.part_made = True
            self._send_more(job)
        self._next_chunk(lane)

    def _next_chunk(self, lane: Lane) -> None:
        job, limits = lane.job, self.limits
        if job.ended_at is not None:  # it failed
            self._drop(lane, worker=False)
            return self._leave(lane)
        used = self.clock.seconds - lane.turn_began
        if lane.gives_way or used > limits.turn_seconds - limits.policy.hand_over_seconds:
            return self._hand_over(lane)
        if not job.chunks:
            return self._nothing_left(lane)
        size = lane.chunk = job.chunks.pop()
        job.open_chunks += 1
        self._be(lane, Spent.MOVING)
        if self._random.random() < self._breaks:
            part = self._random.random() * size
            lane.sending = job.partner.line.send(part, lambda: self._break(lane))
        else:
            lane.sending = job.partner.line.send(size, lambda: self._moved(lane))
        self._moving[lane.ticket] = lane
        return None

    def _moved(self, lane: Lane) -> None:
        job = self._stop(lane, lane.chunk, errors=0)
        lane.failures = 0
        job.delivered += lane.chunk
        self._next_chunk(lane)

    def _break(self, lane: Lane) -> None:
        """What was sent since the last checkpoint is sent again."""
        sending = lane.sending
        assert sending is not None
        line, policy = lane.job.partner.line, self.limits.policy
        lost = min(sending.sent, line.rate * policy.checkpoint_seconds)
        job = self._stop(lane, sending.sent, errors=1)
        kept = sending.sent - lost
        job.delivered, job.sent_again = job.delivered + kept, job.sent_again + lost
        job.chunks.append(lane.chunk - kept)
        self._drop(lane)
        lane.failures = 1 if kept else lane.failures + 1
        error = ConnectionLost(job.partner.server.name, 22, "broken off")
        if policy.retry.gives_up(error, lane.failures):
            job.failed = True
            return self._end(job, lane)
        self._be(lane, Spent.RETRY)
        wait = policy.retry.delay_seconds(lane.failures, self._random)
        self.clock.after(wait, lambda: self._send(lane))
        return None

    def _stop(self, lane: Lane, moved: float, errors: int) -> Job:
        job = lane.job
        job.open_chunks -= 1
        job.figures += LaneFigures(round(moved), 1 - errors, errors, 0.0, 0.0)
        self._moving.pop(lane.ticket, None)
        lane.sending = None
        return job

    def _nothing_left(self, lane: Lane) -> None:
        job = lane.job
        if job.open_chunks or len(job.out) > 1:
            self._drop(lane, worker=False)
            return self._leave(lane)
        self._be(lane, Spent.LOGIN)
        seconds = self._trips(lane, PROOF_TRIPS) + PROOF_SECONDS
        self.clock.after(seconds, lambda: self._delivered(lane))
        return None

    def _delivered(self, lane: Lane) -> None:
        self._drop(lane)
        self._end(lane.job, lane)

    def _end(self, job: Job, lane: Lane) -> None:
        self._be(lane, None)
        job.out.remove(lane)
        job.ended_at = self.clock.seconds
        job.spending.end(self.clock.seconds)

    def _hand_over(self, lane: Lane) -> None:
        self._drop(lane)
        if lane.gives_way and any(each.sending for each in lane.job.out):
            self._be(lane, None)
            lane.job.out.remove(lane)
        elif lane.gives_way:
            self._park(lane)
        else:
            self._send(lane)

    def _leave(self, lane: Lane) -> None:
        """It has nothing to do. The last one delivers, if that is still to be done."""
        self.workers.free()
        self._be(lane, None)
        job = lane.job
        job.out.remove(lane)
        undone = job.ended_at is None and (job.chunks or not job.open_chunks)
        if undone and not job.out:
            self._out(job, 1)

    def _drop(self, lane: Lane, *, worker: bool = True) -> None:
        lane.job.partner.free(lane.ticket)
        if worker:
            self.workers.free()

    def _be(self, lane: Lane, state: Spent | None) -> None:
        lane.job.spending.lane(lane.state, state, self.clock.seconds)
        lane.state = state

    def _trips(self, lane: Lane, count: int) -> float:
        return count * lane.job.partner.server.round_trip_seconds

    def _give_way(self, ticket: str) -> None:
        """In the middle of a chunk: what was moved of it is kept."""
        lane = self._moving.get(ticket)
        if lane is None or lane.sending is None:
            return
        line, sending = lane.job.partner.line, lane.sending
        line.stop(sending)
        job = self._stop(lane, sending.sent, errors=0)
        job.delivered += sending.sent
        job.chunks.append(lane.chunk - sending.sent)
        lane.gives_way = True
        self._hand_over(lane)

    def _reports(self, partner: Partner) -> Iterator[Share]:
        return (share_of(job, self.clock.now) for job in self._large(partner))

    def _more(self, partner: Partner) -> None:
        for job in self._large(partner):
            self._send_more(job)

    def _send_more(self, job: Job) -> None:
        if job.short or not job.chunks:
            return
        partner = job.partner
        limit = partner.limit(short=False)
        # lanes_of reads id, generation and lanes of the one, and the time of the other
        transfer, ports = cast("Transfer", job), cast("Ports", self)
        self._out(job, lanes_of(transfer, partner.target, limit, ports=ports))

    def now(self) -> object:
        return self.clock.now

    def _large(self, partner: Partner) -> list[Job]:
        found = {id(lane.job): lane.job for lane in self._moving.values() if not lane.job.short}
        return [job for job in found.values() if job.partner is partner]
