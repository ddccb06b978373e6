"""The simulation keeps every byte and every limit, and a tighter limit makes transfers wait."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest

from bench.simulation.accounts import Spent
from bench.simulation.clock import Clock
from bench.simulation.days import Server, Wish, at_once, day, servers
from bench.simulation.ferry import Ferry
from bench.simulation.gates import Bucket
from bench.simulation.jobs import Job
from bench.simulation.limits import Limits, limits_of
from bench.simulation.line import SharedLine
from infra.cost.stage import Stage, stages
from services.transfer.domain.chunks import plan_chunks
from tests.infra.deployments import real_deployments

LANE_RATE = 500e6
BREAKS = 0.05
MB = 1_000_000


@pytest.fixture(scope="module")
def prod() -> Stage:
    return stages([each for each in real_deployments() if each.stage == "prod"])["prod"]


@pytest.fixture(scope="module")
def limits(prod: Stage) -> Limits:
    """Tight ones, so that a few transfers meet all of them."""
    found = limits_of(prod, concurrency=1_000)
    return replace(found, lane_workers=8, account=12, turn_seconds=120.0)


def partners(sessions: int = 4) -> list[Server]:
    return [Server(f"partner-{n}", sessions, 12.5e6, 0.02) for n in range(3)]


def wishes(count: int = 150) -> list[Wish]:
    """Small ones, and one in ten of 1 GB."""
    random = Random(7)  # noqa: S311 - a model
    small = at_once(count, partners=3, users=4, random=random)
    return [
        replace(each, size_bytes=1_000 * MB if n % 10 == 0 else min(each.size_bytes, 90 * MB))
        for n, each in enumerate(small)
    ]


def run(limits: Limits, given: Sequence[Server], asked: Sequence[Wish], seed: int = 3) -> Ferry:
    ferry = Ferry(limits, given, LANE_RATE, BREAKS, seed)
    ferry.run(asked)
    return ferry


def waited(jobs: Sequence[Job], cause: Spent) -> float:
    return sum(job.spending.seconds[cause] for job in jobs)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_byte_arrives_and_no_limit_is_exceeded(limits: Limits, seed: int) -> None:
    ferry = run(limits, partners(), wishes(), seed)
    assert len(ferry.jobs) == 150
    for job in ferry.jobs:
        assert job.ended_at is not None, job.id
        assert not job.failed
        assert job.delivered == pytest.approx(job.wish.size_bytes, abs=10), job.id
        assert (job.chunks, job.open_chunks, job.out) == ([], 0, [])
    assert sum(job.sent_again for job in ferry.jobs) > 0
    for partner in ferry.partners:
        most = min(partner.destination.sessions, limits.policy.lanes_per_destination)
        assert partner.most_in_use == most  # all of them are used, and not one more
        assert (partner.slots, partner.waiters) == ({}, {})
    assert ferry.workers.most_busy <= limits.lane_workers
    assert ferry.account.most_busy <= limits.account
    assert (ferry.workers.busy, ferry.account.busy) == (0, 0)


def test_the_time_of_a_transfer_is_told_by_what_it_went_into(limits: Limits) -> None:
    for job in run(limits, partners(), wishes()).jobs:
        assert job.ended_at is not None
        assert sum(job.spending.seconds.values()) == pytest.approx(job.ended_at - job.wish.at)


def test_a_seed_makes_the_same_day_again() -> None:
    days = [day(200, 9, 5, Random(seed)) for seed in (1, 1, 2)]  # noqa: S311 - a model
    lines = [servers(9, Random(seed)) for seed in (1, 1, 2)]  # noqa: S311 - a model
    assert days[0] == days[1] != days[2]
    assert lines[0] == lines[1] != lines[2]
    assert days[0] == sorted(days[0], key=lambda each: each.at)


def test_the_same_run_ends_the_same(limits: Limits) -> None:
    one, other, third = (run(limits, partners(), wishes(), seed) for seed in (3, 3, 4))
    assert [job.ended_at for job in one.jobs] == [job.ended_at for job in other.jobs]
    assert [job.ended_at for job in one.jobs] != [job.ended_at for job in third.jobs]


@pytest.mark.parametrize(
    ("cause", "halved"),
    [
        (Spent.API, {"api_rate": 10.0}),
        (Spent.ACCOUNT, {"account": 6, "lane_workers": 4}),
        (Spent.WORKER, {"lane_workers": 4}),
    ],
)
def test_half_of_a_limit_makes_more_wait_for_it(
    limits: Limits, cause: Spent, halved: dict[str, float]
) -> None:
    assert all(value == getattr(limits, name) / 2 for name, value in halved.items())
    tighter = replace(limits, **halved)  # type: ignore[arg-type]
    before, after = (run(each, partners(), wishes()).jobs for each in (limits, tighter))
    assert waited(after, cause) > 1.2 * waited(before, cause) > 0


def test_half_of_the_sessions_makes_more_wait_for_one(limits: Limits) -> None:
    """On a line that is wide enough for all of them."""
    roomy = replace(limits, lane_workers=100, account=200)
    wide = {n: [replace(e, bytes_per_second=1e9) for e in partners(n)] for n in (4, 2)}
    before, after = (run(roomy, wide[n], wishes()).jobs for n in (4, 2))
    assert waited(after, Spent.SESSION) > 1.5 * waited(before, Spent.SESSION) > 0


def test_half_of_a_line_takes_longer_to_move_the_same(limits: Limits) -> None:
    slow = [replace(each, bytes_per_second=each.bytes_per_second / 2) for each in partners()]
    before, after = (run(limits, each, wishes()).clock.seconds for each in (partners(), slow))
    assert after > 1.5 * before


def test_a_huge_file_leaves_a_session_to_small_ones(limits: Limits) -> None:
    """As the domain's line has it: otherwise they would wait for hours."""
    huge = [Wish(0.0, 50_000 * MB, 0, 0)]
    small = [Wish(600.0 + n, MB, 0, 1) for n in range(5)]
    jobs = run(replace(limits, lane_workers=50), partners(), [*huge, *small]).jobs
    assert jobs[0].ended_at is not None
    assert jobs[0].ended_at > 3_600
    for job in jobs[1:]:
        assert job.ended_at is not None
        assert job.ended_at - job.wish.at < 30


def test_files_are_cut_as_the_service_cuts_them(limits: Limits) -> None:
    [job] = run(limits, partners(), [Wish(0.0, 950 * MB, 0, 0)]).jobs
    chunks = plan_chunks(950 * MB, limits.policy.chunk_bytes).total
    assert job.figures.went_well >= chunks
    assert job.lanes == min(chunks, limits.policy.lanes_per_transfer)


def test_those_who_send_at_once_share_the_line_and_none_has_more_than_its_round_trips() -> None:
    clock, ended = Clock(), list[float]()
    line = SharedLine(clock, 10.0, 1_900_000 / 8.0, most_per_lane=100.0)  # 8 bytes a second each

    def done() -> None:
        ended.append(clock.seconds)

    def second() -> None:
        line.send(100.0, done)

    line.send(100.0, done)
    clock.after(5.0, second)
    clock.run()
    # alone 8 a second for 5 s; then 5 each until the first has its 100; then 8 again
    assert ended == pytest.approx([5 + 60 / 5, 5 + 12 + 40 / 8], abs=0.5)


def test_a_burst_is_let_in_and_then_so_many_a_second() -> None:
    bucket = Bucket(rate=20, burst=50)
    waits = [bucket.wait_seconds(0.0) for _ in range(70)]
    assert waits[:50] == [0.0] * 50
    assert waits[50:] == pytest.approx([n / 20 for n in range(1, 21)])
    assert bucket.wait_seconds(10.0) == 0.0


def test_the_limits_are_those_of_prods_templates(prod: Stage) -> None:
    found = limits_of(prod, concurrency=1_000)
    assert (found.lane_workers, found.policy.lanes_per_destination) == (400, 200)
    assert (found.api_rate, found.turn_seconds) == (20, 900)
    reserved = sum(each.reserved or 0 for each in prod.functions)
    assert found.account == 1_000 - reserved < 1_000
    assert limits_of(prod, concurrency=10).account == 10  # nothing can be reserved there
