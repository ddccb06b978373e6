"""A transfer and its lanes, as the simulation keeps them."""

from dataclasses import dataclass, field
from datetime import datetime

from bench.simulation.accounts import Spending, Spent
from bench.simulation.days import Wish
from bench.simulation.line import Sending
from bench.simulation.partner import Partner
from services.transfer.domain.chunks import plan_chunks
from services.transfer.domain.lane_figures import NOTHING_MOVED, LaneFigures
from services.transfer.domain.lane_target import lanes_that_fill
from services.transfer.domain.lane_window import Share
from services.transfer.domain.ports import Policy


@dataclass
class Job:
    """`generation`, `id` and `lanes` are what lanes_of reads of a transfer."""

    id: str
    wish: Wish
    partner: Partner
    chunks: list[float]  # bytes that nobody moves yet, the next one last
    short: bool
    spending: Spending
    lanes: int = 1  # at most
    generation: int = 1
    part_made: bool = False
    delivered: float = 0.0
    sent_again: float = 0.0
    figures: LaneFigures = NOTHING_MOVED
    out: list["Lane"] = field(default_factory=list)
    open_chunks: int = 0
    ended_at: float | None = None
    failed: bool = False


@dataclass(eq=False)
class Lane:
    job: Job
    number: int
    turn: int = 0
    turn_began: float = 0.0
    failures: int = 0
    state: Spent | None = None
    sending: Sending | None = None
    chunk: float = 0.0  # bytes of the one that it moves
    gives_way: bool = False

    @property
    def ticket(self) -> str:
        return f"{self.job.id}/{self.job.generation}/lane-{self.number}"


def job_of(number: int, wish: Wish, partner: Partner, policy: Policy, now: float) -> Job:
    """Cut as the service cuts it. A file of one chunk has one lane, which is short."""
    filling = lanes_that_fill(partner.server.round_trip_seconds)
    helpful = min(policy.lanes_per_transfer, filling) if policy.shorter_ends else 1
    plan = plan_chunks(wish.size_bytes, policy.chunk_bytes, lanes=helpful)
    sizes = [float(plan.range_of(each)[1]) for each in reversed(range(plan.total))]
    short = plan.total <= 1
    lanes = 1 if short else min(policy.lanes_per_transfer, plan.total)
    return Job(f"t{number}", wish, partner, sizes, short, Spending(now), lanes)


def share_of(job: Job, now: datetime) -> Share:
    """What its lanes have moved, with what is under way."""
    moving = [lane.sending for lane in job.out if lane.sending is not None]
    under_way = sum(sending.sent for sending in moving)
    left = job.wish.size_bytes - job.delivered - under_way
    return Share(
        f"{job.id}/{job.generation}",
        now,
        len(moving),
        len(job.out),
        job.lanes,
        job.figures + LaneFigures(round(under_way)),
        left_bytes=max(0, round(left)),
    )
