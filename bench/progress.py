"""From a worker's report on the bus to the frame at a client, on the warm local stack.

    python -m bench.progress [--seconds 30] [--rates 2 5] [--quick]

Transfers are events only: nothing is moved. Before the latencies are measured, what a report costs
is counted: messages that came, and calls of DynamoDB that name the progress service's table.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.api_calls import ApiCalls
from bench.ours import UNTHROTTLED
from bench.reports import Moving
from bench.watchers import Crowd
from infra.local.stack import LocalStack
from infra.user import NewUser, create_user, new_password
from kernel.outbox import OutboxEvent
from runtime.bus import EventBusPublisher

TABLE = "fileferry-local-progress"
OF_A_USER = 40  # connections; the service takes 50 of a user
WARM_UP_SECONDS = 4.0
COUNTED = 10  # reports
APART_SECONDS = 1.2  # of one transfer: two within half a second would be told together
QUIET_SECONDS = 2.0


@dataclass(frozen=True)
class Case:
    """`rates` are measured one after the other: reports of all transfers together, in a second."""

    connections: int
    transfers: int
    rates: Sequence[float]


@dataclass(frozen=True)
class Cost:
    """Of each report: messages to all watchers, and the progress service's calls of DynamoDB."""

    messages: float
    calls: Mapping[str, float]


@dataclass(frozen=True)
class Found:
    """`waits` are the milliseconds of every report at each of its watchers."""

    case: Case
    rate: float
    waits: Sequence[float]
    reports: int
    behind: int
    cost: Cost

    @property
    def row(self) -> str:
        part = statistics.quantiles(self.waits, n=100, method="inclusive")
        latency = " | ".join(f"{part[percent - 1]:.0f}" for percent in (50, 95, 99))
        calls = sum(self.cost.calls.values())
        named = ", ".join(f"{each:g} {name}" for name, each in self.cost.calls.items())
        return (
            f"| {self.case.connections} | {self.case.transfers} | {self.rate:g} | {self.reports}"
            f" | {latency} | {self.behind} | {self.cost.messages:g} | {calls:g}: {named} |"
        )


HEAD = (
    "| connections | transfers | reports a second | reports | p50 ms | p95 ms | p99 ms"
    " | asked again | messages a report | DynamoDB calls a report |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


class Bench:
    def __init__(self, stack: LocalStack) -> None:
        self._stack = stack
        self._bus = EventBusPublisher(stack.client("events"), "fileferry-local", "transfer")
        parameter = stack.client("ssm").get_parameter(Name="/fileferry/local/websocket/url")
        self._url = str(parameter["Parameter"]["Value"])
        self._tokens: list[str] = []

    def admit(self, connections: int) -> None:
        """Makes as many auditors as so many connections need, and logs them in."""
        while len(self._tokens) * OF_A_USER < connections:
            user = NewUser(f"auditor-{len(self._tokens)}", new_password(), ("auditor",))
            create_user(self._stack.client("lambda"), "local", user)
            login = {"user": user.name, "password": user.password, "client": "api"}
            answer = httpx.post(f"{self._stack.api_url}/api/login", json=login, timeout=60)
            self._tokens.append(str(answer.raise_for_status().json()["access_token"]))

    async def measure(self, case: Case, seconds: float) -> AsyncIterator[Found]:
        transfers = [Moving() for _ in range(case.transfers)]
        await self._publish([each.started() for each in transfers])
        watched = [transfers[n % case.transfers].id for n in range(case.connections)]
        async with Crowd(self._url, self._tokens, watched) as crowd:
            if crowd.refused:
                print(f"(connecting: {crowd.refused} times a server error)", file=sys.stderr)
            await self._report(crowd, transfers, case.rates[0], WARM_UP_SECONDS)
            cost = await self._count(crowd, transfers)
            for rate in case.rates:
                await asyncio.sleep(APART_SECONDS)  # as between any two reports of a worker
                behind = crowd.behind
                sent = await self._report(crowd, transfers, rate, seconds)
                waits = [
                    1000 * (watcher.heard_at(bytes_done) - at)
                    for watcher in crowd.watchers
                    for at, bytes_done in sent[watcher.transfer_id]
                ]
                reports = sum(map(len, sent.values()))
                yield Found(case, rate, waits, reports, crowd.behind - behind, cost)

    async def _report(
        self, crowd: Crowd, transfers: Sequence[Moving], rate: float, seconds: float
    ) -> dict[str, list[tuple[float, int]]]:
        """(when, bytes_done) of each report, by transfer. Returns when everybody knows them all.

        A report waits for no other, as with many workers.
        """
        sent: dict[str, list[tuple[float, int]]] = {each.id: [] for each in transfers}
        began, publishing = time.monotonic(), []
        for number in range(max(1, round(rate * seconds))):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            transfer = transfers[number % len(transfers)]
            event = transfer.report()
            sent[transfer.id].append((time.monotonic(), transfer.bytes_done))
            publishing.append(asyncio.create_task(self._publish([event])))
        await asyncio.gather(*publishing)
        await crowd.all_know({each.id: each.bytes_done for each in transfers})
        return sent

    async def _count(self, crowd: Crowd, transfers: Sequence[Moving]) -> Cost:
        """What some reports cost, each of which is made when everybody knows the one before."""
        await asyncio.sleep(QUIET_SECONDS)
        before = crowd.messages
        with ApiCalls(self._stack.endpoint, self._stack.region) as recorded:
            for number in range(COUNTED):
                moving = transfers[number % len(transfers)]
                await self._report(crowd, [moving], rate=1, seconds=1)
                await asyncio.sleep(APART_SECONDS)
            await asyncio.sleep(QUIET_SECONDS)
        calls = await asyncio.to_thread(recorded.of_table, TABLE)
        messages = (crowd.messages - before) / COUNTED
        return Cost(messages, {name: count / COUNTED for name, count in calls.most_common()})

    async def _publish(self, events: Sequence[OutboxEvent]) -> None:
        refused = await asyncio.to_thread(self._bus.publish, events)
        assert not refused, refused


async def show(bench: Bench, case: Case, seconds: float) -> None:
    async for found in bench.measure(case, seconds):
        print(found.row, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="of reports, at each rate")
    parser.add_argument(
        "--rates", type=float, nargs="+", default=[2.0, 5.0], help="of 200 transfers together"
    )
    parser.add_argument("--quick", action="store_true", help="no more than 100 connections")
    given = parser.parse_args()
    cases = [Case(1, 1, [1.0]), Case(10, 1, [1.0]), Case(100, 1, [1.0])]
    cases += [] if given.quick else [Case(1_000, 1, [0.2]), Case(1_000, 200, given.rates)]
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalStack(Path(folder), UNTHROTTLED) as stack,
    ):
        bench = Bench(stack)
        bench.admit(max(case.connections for case in cases))
        print(HEAD, flush=True)
        for case in cases:
            asyncio.run(show(bench, case, given.seconds))


if __name__ == "__main__":
    main()
