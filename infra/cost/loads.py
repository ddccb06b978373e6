"""At which load each quota bites, from what one transfer takes of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from infra.cost import assumed
from infra.cost.counts import Counts
from infra.cost.ours import CHUNKS
from infra.cost.quotas import Quota
from infra.cost.stage import Stage

FIRST, EVERYBODY = "`T#<transfer>`", "`EVERYBODY` of the index `by_time`"
DESTINATION = "`D#<destination>`"
STORM = 10_000  # watchers who come back at once
WATCHED_EVENTS = 1  # a second, of each transfer that moves
OTHERS = "STS, EventBridge, Step Functions, Secrets Manager"


@dataclass(frozen=True)
class Load:
    """It bites at so many small transfers a second. `then` names what the page says of it."""

    quota: str
    a_transfer: float
    of: str
    a_second: float
    then: str


@dataclass(frozen=True)
class Loads:
    stage: Stage
    counts: Counts
    quotas: Mapping[str, Quota]

    @property
    def reserved(self) -> int:
        return sum(each.reserved or 0 for each in self.stage.functions)

    @property
    def unreserved(self) -> int:
        return self.quotas["lambda_concurrency"].most - self.reserved

    @property
    def function_seconds(self) -> float:
        """Of all functions of a small transfer that reserve nothing."""
        small = sum(self.counts.functions.values()) - 1
        return assumed.SMALL_LANE_SECONDS + small * assumed.SMALL_FUNCTION_SECONDS

    @property
    def handed_over(self) -> int:
        """Each event of a transfer goes to progress, ticketing and notify. The first also starts
        it, and the agent learns from the last."""
        return self.counts.row(1, 1).events * 3 + 2

    def small(self) -> list[Load]:
        """What bites first stands first."""
        return sorted(self._small(), key=lambda each: each.a_second)

    def _small(self) -> Iterator[Load]:
        row, numbers, others = (
            self.counts.row(1, 1),
            self.stage.numbers,
            self.counts.calls_of(OTHERS),
        )
        keys, units = self.counts.keys, self._units()
        rate, workers = numbers["ThrottleRate"], numbers["LaneConcurrency"]
        own_rate = f"`ThrottleRate` of infra/api: {rate:g} requests a second"
        yield self._load(own_rate, assumed.API_REQUESTS, "requests", "api_rate", rate)
        yield self._of("new_table_writes", units, "units in the transfer's table")
        yield self._of("table_writes", units, "units in the transfer's table", "table")
        for name, then in ((EVERYBODY, "index"), (DESTINATION, "destination")):
            told = f"{self.quotas['partition_writes']}: {name}"
            most = self.quotas["partition_writes"].most
            yield self._load(told, keys[name][0], "units", then, most)
        yield self._of("transitions", row.transitions, "transitions")
        yield self._of("start_execution", 1, "execution")
        yield self._of("assume_role", others["AssumeRole"], "calls")
        free = f"{self.quotas['lambda_concurrency']}, less {self.reserved} that are reserved"
        seconds = self.function_seconds
        yield self._load(free, seconds, "s of functions", "lambda", self.unreserved)
        lanes = f"`LaneConcurrency`: {workers:g} lane workers"
        yield self._load(lanes, assumed.SMALL_LANE_SECONDS, "s of a lane", "workers", workers)
        yield self._of("event_targets", self.handed_over, "events handed over")
        yield self._of("put_events", others["PutEvents"], "calls")
        yield self._of("api_requests", assumed.API_REQUESTS, "requests")
        yield self._of("secret_reads", others["GetSecretValue"], "call")
        yield self._of("s3_gets", assumed.S3_CALLS, "GETs, if all are below one prefix")

    def large(self) -> dict[str, str]:
        """What one large transfer, or many of them, can reach."""
        row, keys = self.counts.row(CHUNKS, 4), self.counts.keys
        seconds = CHUNKS * self.stage.numbers["ChunkBytes"] / self.counts.line_bytes_per_second
        writes, partition = keys[FIRST][1] / seconds, self.quotas["partition_writes"].most
        chunk_units = keys[FIRST][1] / CHUNKS
        lanes = self.stage.numbers["LaneConcurrency"]
        gigabytes = partition / chunk_units * self.stage.numbers["ChunkBytes"] / 1e9
        return {
            "transfer_writes": f"{writes:.0f}",
            "transfer_reads": f"{row.read_units / seconds:.0f}",
            "partition_reads": f"{self.quotas['partition_reads'].most:,}",
            "transfer_rate": f"{gigabytes:.1f}",
            "transfer_share": f"{writes / partition:.0%}",
            "moving_events": f"{self.quotas['put_events'].most // WATCHED_EVENTS:,}",
            "in_flight": f"{self.quotas['in_flight'].most:,}",
            "in_flight_share": f"{lanes / self.quotas['in_flight'].most:.1%}",
            "lanes": f"{lanes:,.0f}",
            "history": f"{self.quotas['history'].most:,}",
            "history_events": str(5 * row.transitions),
            "terabit": f"{lanes * self.counts.lane_bytes_per_second * 8 / 1e12:.1f}",
        }

    def concurrency(self) -> dict[str, str]:
        quotas = self.quotas
        needed = self.reserved + quotas["lambda_unreserved"].most
        return {
            "reserved": str(self.reserved),
            "unreserved": str(self.unreserved),
            "needed": str(needed),
            "account": f"{quotas['lambda_concurrency'].most:,}",
            "new_account": str(quotas["lambda_new_account"].most),
            "new_rate": f"{quotas['lambda_new_account'].most / self.function_seconds:.1f}",
            "function_seconds": f"{self.function_seconds:g}",
            "keys": f"{quotas['api_keys'].most:,}",
            "connects": str(quotas["websocket_connects"].most),
            "storm": f"{STORM:,}",
            "storm_seconds": f"{STORM / quotas['websocket_connects'].most:.0f}",
            "connection_hours": str(quotas["websocket_hours"].most),
            "message_rate": f"{self.stage.numbers['MessageRate']:,.0f}",
            "mails": str(quotas["mails"].most),
        }

    def _units(self) -> float:
        """Of the table with its indexes."""
        return float(self.counts.row(1, 1).write_units)

    def _of(self, quota: str, a_transfer: float, of: str, then: str = "") -> Load:
        found = self.quotas[quota]
        return self._load(str(found), a_transfer, of, then or quota, found.most)

    def _load(self, told: str, a_transfer: float, of: str, then: str, most: float) -> Load:
        return Load(told, a_transfer, of, most / a_transfer, then)
