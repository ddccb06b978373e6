"""What transfers wait for, where many are sent: a day of them, and many at once, by simulation.

Time is not measured: each event has its moment on a clock of its own. The limits are those of
prod's templates. Bytes, round trips and breaks are numbers; who waits and who gets a session is
decided by the code of the transfer service. --seed makes the same day again.

    python -m bench.simulate [--day 10000] [--at-once 1000] [--partners 100] [--users 25]
        [--concurrency 1000] [--lane-concurrency N] [--breaks 0.005] [--seed 1]
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from bench.rows import head, row
from bench.simulation.accounts import Spent
from bench.simulation.days import Wish, at_once, day, servers
from bench.simulation.ferry import Ferry
from bench.simulation.jobs import Job
from bench.simulation.limits import Limits, limits_of
from infra.cost.counts import read_counts
from infra.cost.stage import stages

LARGE_BYTES = 100_000_000
WORK = (Spent.STEPS, Spent.LOGIN, Spent.MOVING)
WAITS: Sequence[Spent] = [each for each in Spent if each not in WORK]


def part(values: Sequence[float], share: float) -> float:
    """The value below which that share of them is."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else 0.0


def alone_seconds(job: Job) -> float:
    """The bytes' time if nobody else sent to the partner, with as many lanes as it allows."""
    line = job.partner.line
    lanes = min(job.lanes, job.partner.limit(short=job.short))
    return job.wish.size_bytes / min(line.bytes_per_second, lanes * line.session_rate)


def show(title: str, ferry: Ferry, jobs: Sequence[Job], seconds: float) -> None:
    done = [job for job in jobs if not job.failed]
    moved, again = sum(job.delivered for job in done), sum(job.sent_again for job in jobs)
    last = max((job.ended_at or 0.0 for job in jobs), default=0.0)
    print(
        f"\n**{title}**: {len(done):,} of {len(jobs):,} arrived, {moved / 1e12:.2f} TB and"
        f" {again / 1e9:.1f} GB of it twice; the last one ended after {last / 3_600:.1f} h. At most"
        f" {ferry.workers.most_busy} lane workers and {ferry.account.most_busy} functions were"
        f" busy. {seconds:.0f} s to simulate.\n"
    )
    head("seconds", "p50", "p95", "longest", "of all waiting")
    waited = {each: [job.spending.seconds[each] for job in jobs] for each in WAITS}
    every = sum(map(sum, waited.values())) or 1.0
    for cause, values in waited.items():
        _row(cause.value, values, f"{sum(values) / every:.0%}")
    _row("**all that is waiting**", list(map(sum, zip(*waited.values(), strict=True))), "")
    shared = [max(0.0, job.spending.seconds[Spent.MOVING] - alone_seconds(job)) for job in done]
    _row("sharing the partner's line", shared, "")
    for name, large in (("below 100 MB", False), ("100 MB and more", True)):
        took = [
            (job.ended_at or 0.0) - job.wish.at
            for job in done
            if (job.wish.size_bytes >= LARGE_BYTES) is large
        ]
        _row(f"from the request to the end, {name}", took, f"{len(took):,} of them")


def _row(name: str, values: Sequence[float], told: str) -> None:
    row(name, *(f"{part(values, each):.1f}" for each in (0.5, 0.95, 1.0)), told)


def simulate(title: str, limits: Limits, wishes: Sequence[Wish], given: argparse.Namespace) -> None:
    began, random = time.monotonic(), Random(given.seed)  # noqa: S311 - a model
    lane_rate = read_counts().lane_bytes_per_second
    ferry = Ferry(limits, servers(given.partners, random), lane_rate, given.breaks, given.seed)
    jobs = ferry.run(wishes)
    show(title, ferry, jobs, time.monotonic() - began)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--day", type=int, default=10_000, help="transfers of a day")
    parser.add_argument("--at-once", type=int, default=1_000)
    parser.add_argument("--partners", type=int, default=100)
    parser.add_argument("--users", type=int, default=25)
    parser.add_argument("--concurrency", type=int, default=1_000, help="the account's, of Lambda")
    parser.add_argument("--lane-concurrency", type=int, help="instead of that of prod")
    parser.add_argument("--breaks", type=float, default=0.005, help="part of chunks that break off")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def main() -> None:
    given = arguments().parse_args()
    stage = stages()["prod"]
    if given.lane_concurrency is not None:
        numbers = {**stage.numbers, "LaneConcurrency": float(given.lane_concurrency)}
        stage = replace(stage, numbers=numbers)
    limits, who = limits_of(stage, given.concurrency), (given.partners, given.users)
    random = Random(given.seed)  # noqa: S311 - a model
    days = {
        f"{given.day:,} transfers in a day": day(given.day, *who, random),
        f"{given.at_once:,} at once": at_once(given.at_once, *who, random),
    }
    for title, wishes in days.items():
        if wishes:
            simulate(title, limits, wishes, given)


if __name__ == "__main__":
    main()
