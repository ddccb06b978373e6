"""What the ledger, the lanes and the workflow cost for a transfer, with no bytes moved.

The real use cases and the real DynamoDB adapters run on a clock that moves by itself. DynamoDB is
a table in this process that counts calls and units; queue, bus, workflow, source and partner are
the fakes of the tests, whose calls are counted too. Each chunk counts as 100 MB on a line of
1 Gbit/s, which all lanes share. The plan's limit of 10,000 chunks is lifted.

    python -m bench.control_plane [--chunks 100 1000 10486 100000] [--lanes 4]
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bench.aws_prices import Consumed, price_of
from bench.dynamodb_double import DynamoDbDouble, indexes_of
from bench.rows import head, row
from services.transfer.domain import chunks
from services.transfer.domain.lane import LaneMessage
from services.transfer.domain.status import Status
from services.transfer.settings import TransferSettings
from services.transfer.wiring import AwsPorts
from tests.fakes.actors import Stage
from tests.fakes.lives import Shadow
from tests.fakes.world import POLICY, World

TABLE = "transfer"
CHUNK_BYTES = 100_000_000  # what one byte of this bench stands for
LINE_BYTES_PER_SECOND = 119_000_000  # 1 Gbit/s without the headers of TCP and Ethernet
TERABYTE_SECONDS = 2.44 * 3600  # of 2^40 bytes on that line
TURN_SECONDS = 900.0
# Seconds of a call within a region, as a function sees them. They are typical, not measured here.
LATENCY = {"GetItem": 0.004, "Query": 0.005, "TransactWriteItems": 0.009}
STEP_SECONDS = 0.1  # of a small function, warm
MANY = 1_000  # chunks: from there on each of them costs the same
LANE_GB, SMALL_GB = 1769 / 1024, 0.5  # a GB of Lambda has 1,024 of a template's MB


class CountedPorts(AwsPorts):
    def __init__(self, double: DynamoDbDouble) -> None:
        super().__init__(TransferSettings.model_construct(transfers_table=TABLE))
        self._double = double

    @property
    def dynamodb(self) -> Any:  # noqa: ANN401
        return self._double

    def stored(self) -> Iterator[str]:
        """The names of all ports that keep their state in DynamoDB."""
        for name, member in vars(AwsPorts).items():
            if isinstance(member, cached_property) and "dynamodb" in member.func.__code__.co_names:
                yield name


@dataclass
class Bench:
    """One transfer of so many chunks."""

    chunks: int
    lanes: int
    lane_seconds: float = 0.0  # that lanes waited for control calls, all together
    turns: int = 0

    def __post_init__(self) -> None:
        policy = replace(
            POLICY,
            chunk_bytes=1,
            lanes_per_transfer=self.lanes,
            lanes_per_destination=self.lanes,
        )
        self.world = world = World(policy=policy)
        self.beats: Counter[str] = Counter()
        self.double = DynamoDbDouble(self._called, indexes_of("transfer"))
        counted = CountedPorts(self.double)
        ports = {name: getattr(counted, name) for name in counted.stored()}
        world.ports = replace(world.ports, **ports)
        world.calls.cost |= {"sink.write": CHUNK_BYTES / LINE_BYTES_PER_SECOND, "*": 0.0}
        world.register(max_sessions=self.lanes + 1)

    def _called(self, operation: str) -> None:
        """Only a lane waits for the answer. A heartbeat's calls are beside its work."""
        calls = self.world.calls
        if isinstance(calls.life(), Shadow):
            self.beats[operation] += 1
        else:
            self.lane_seconds += LATENCY[operation]
            calls.pass_time(LATENCY[operation])

    def run(self) -> Consumed:
        world, stage = self.world, Stage()
        counts, calls = world.calls.counts, self.double
        counts.clear()
        calls.calls.clear()
        calls.read_units = calls.write_units = 0
        calls.written.clear()
        self.lane_seconds, began = 0.0, world.calls.elapsed
        transfer = world.request(bytes(self.chunks))
        while True:
            while world.queue.messages:
                self._start(stage, world.queue.messages.popleft())
            if not stage.actors and not world.workflow.advance():
                break
            for actor in list(stage.actors):
                actor.advance_to("sink.write")
        ended = world.read(transfer)
        assert ended.status is Status.COMPLETED, ended.failure
        assert not world.calls.beats_broken, world.calls.beats_broken
        world.published(transfer)
        seconds = world.calls.elapsed - began
        return self._consumed(seconds)

    def _start(self, stage: Stage, message: LaneMessage) -> None:
        self.turns += 1
        ends = self.world.calls.elapsed + TURN_SECONDS
        name = f"lane-{message.lane}-{message.turn}"

        def turn() -> None:
            self.world.drive_lane(message, lambda: ends - self.world.calls.elapsed)

        stage.start(name, turn)

    def _consumed(self, seconds: float) -> Consumed:
        counts, states = self.world.calls.counts, self.world.workflow.entered
        events = len(self.world.bus.taken)
        small = len(states) + 3  # its API, authorizer and consumer; then the outbox
        published = counts["bus.publish"]
        return Consumed(
            seconds=seconds,
            dynamodb=dict(self.double.calls),
            read_units=self.double.read_units,
            write_units=self.double.write_units,
            # A message is sent, received and deleted, and hidden for longer again and again.
            sqs=3 * counts["queue.send"] + counts["message.extend"],
            events=events,
            transitions=len(states) + 1,
            invocations=small + published + self.turns,
            gb_seconds=self.lanes * seconds * LANE_GB
            + (small + published) * STEP_SECONDS * SMALL_GB,
        )


HOT = {  # by the beginning of their names: partitions that many transfers share, or one fills
    "T#": "`T#<transfer>`",
    "D#acme": "`D#<destination>`",
    "open/": "`OPEN` of the index `open`",
    "by_time/": "`EVERYBODY` of the index `by_time`",
    "by_outcome/": "`active` of the index `by_outcome`",
}


def hot_keys(bench: Bench) -> Mapping[str, int]:
    """Write units by partition, as people are told of it."""
    return {
        name: sum(units for key, units in bench.double.written.items() if key.startswith(begin))
        for begin, name in HOT.items()
    }


def show_keys(sizes: Sequence[int], lanes: int) -> None:
    benches = [Bench(size, lanes) for size in sizes]
    for bench in benches:
        bench.run()
    print(f"\n**Write units of one partition**, {lanes} lanes\n")
    head("partition", *(f"{size:,} chunks" for size in sizes))
    for name in HOT.values():
        row(name, *(f"{hot_keys(bench)[name]:,}" for bench in benches))


def show(size: int, lanes: int) -> None:
    began = time.monotonic()
    bench = Bench(size, lanes)
    used = bench.run()
    calls = sum(used.dynamodb.values())
    dollars = price_of(used)
    terabytes = size * CHUNK_BYTES / 1e12
    control = bench.lane_seconds / size * 10_486 / TERABYTE_SECONDS
    row(
        f"{size:,}",
        f"{used.seconds / 3600:.2f}",
        f"{calls:,}",
        f"{calls / size:.1f}",
        f"{sum(bench.beats.values()) / calls:.0%}",
        f"{used.write_units:,}",
        f"{used.read_units:,}",
        f"{used.sqs:,}",
        f"{used.events:,}",
        used.transitions,
        f"{used.gb_seconds:,.0f}",
        f"{sum(dollars.values()):.3f}",
        ", ".join(f"{name} {each / terabytes:.2f}" for name, each in dollars.items()),
        f"{bench.lane_seconds / size * 1000:.1f}",
        f"{control:.1%}",
        f"{control / lanes:.1%}",
        f"{time.monotonic() - began:.0f}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chunks", type=int, nargs="+", default=[100, 1_000, 10_486, 100_000])
    parser.add_argument("--lanes", type=int, default=4)
    given = parser.parse_args()
    chunks.MAX_CHUNKS = max(given.chunks)
    print(f"\n**Control plane**, {given.lanes} lanes, each chunk 100 MB on 1 Gbit/s\n")
    head(
        *("chunks", "hours", "DynamoDB calls", "a chunk", "of heartbeats", "WRU", "RRU"),
        *("SQS requests", "events", "transitions", "Lambda GB s", "USD", "USD a TB, by service"),
        *("ms of control a chunk", "of 2.44 h, one lane", f"{given.lanes} lanes", "bench seconds"),
    )
    for size in given.chunks:
        show(size, given.lanes)
    show_keys((1, min(MANY, chunks.MAX_CHUNKS)), given.lanes)


if __name__ == "__main__":
    main()
