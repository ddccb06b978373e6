"""What transfers consume, and what that costs: small ones, a terabyte, a month of nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.cost import assumed
from infra.cost.counts import Counts
from infra.cost.prices import Prices
from infra.cost.stage import MONTH_HOURS, Stage

HOUR = 3_600.0
GIGABYTE = 1e9  # of traffic; AWS may count 2^30, which would be 7 % less
TERABYTE = 1e12
CHUNKS = 1_000  # of the row that a terabyte is scaled from: calls for each chunk stay the same
PROGRESS, LANE = "progress", "LaneWorker"


@dataclass(frozen=True)
class Line:
    """`how` says what was counted."""

    what: str
    usd: float
    how: str


def total(lines: Sequence[Line]) -> float:
    return sum(each.usd for each in lines)


@dataclass(frozen=True)
class Bill:
    stage: Stage
    counts: Counts
    prices: Prices

    @property
    def lane_gigabytes(self) -> float:
        return self.stage.function("transfer", LANE).gigabytes

    def small(self, size_bytes: int, files: int = 1_000) -> list[Line]:
        """Of `files` transfers of one small file each, with all services that follow them."""
        counts, usd = self.counts, self.prices.usd
        row = counts.row(1, 1)
        calls, messages = sum(counts.functions.values()), self._messages()
        gb_seconds = self._lane_gb_seconds(size_bytes) + self._small_gb_seconds()
        writes, reads = self._units()
        others = counts.calls_of("STS, EventBridge, Step Functions, Secrets Manager")
        secrets = others["GetSecretValue"]
        lambdas = usd("lambda_request", calls) + usd("lambda_arm_gb_second", gb_seconds)
        tables = usd("dynamodb_write_unit", writes) + usd("dynamodb_read_unit", reads)
        log_bytes = calls * assumed.LOG_BYTES
        each = {
            "Lambda": (lambdas, f"{calls} calls, {gb_seconds:.1f} GB s"),
            "DynamoDB": (tables, f"{writes:.0f} write and {reads:.0f} read units"),
            "Step Functions": (usd("transition", row.transitions), f"{row.transitions} changes"),
            "SQS": (usd("sqs_request", messages), f"{messages} requests"),
            "EventBridge": (usd("event", row.events), f"{row.events} events"),
            "API Gateway": (
                usd("api_request", assumed.API_REQUESTS),
                f"{assumed.API_REQUESTS} requests",
            ),
            "S3": (usd("s3_get", assumed.S3_CALLS), f"{assumed.S3_CALLS} GETs"),
            "Secrets Manager": (usd("secret_call", secrets), f"{secrets} call"),
            "Logs": (usd("log_gb", log_bytes / GIGABYTE), f"{log_bytes / 1e3:.0f} KB"),
            "Traffic out": (self.traffic(size_bytes), f"{size_bytes / 1e3:,.0f} KB"),
        }
        return [Line(what, cost * files, how) for what, (cost, how) in each.items()]

    def terabyte(self, lanes: int, *, container: bool = False) -> list[Line]:
        """The work for it, by Lambda or by Fargate, without the traffic."""
        usd, scale = self.prices.usd, TERABYTE / (CHUNKS * self.chunk_bytes)
        row = self.counts.row(CHUNKS, lanes)
        chunks, writes, reads = CHUNKS * scale, row.write_units * scale, row.read_units * scale
        messages, events = row.sqs_requests * scale, row.events * scale
        return [
            self._fargate(lanes) if container else self._lambda(lanes),
            Line(
                "DynamoDB",
                usd("dynamodb_write_unit", writes) + usd("dynamodb_read_unit", reads),
                f"{writes:,.0f} write and {reads:,.0f} read units",
            ),
            Line(
                "SQS, EventBridge, Step Functions",
                usd("sqs_request", messages)
                + usd("event", events)
                + usd("transition", row.transitions),
                f"{messages:,.0f} requests, {events:,.0f} events, {row.transitions} changes",
            ),
            Line("S3", usd("s3_get", chunks), f"{chunks:,.0f} ranged GETs"),
            self._watchers(events),
        ]

    def idle(self) -> list[Line]:
        """A month in which nobody sends anything."""
        stage, usd, kinds = self.stage, self.prices.usd, self.stage.kinds
        secrets, keys, dashboards, composites, acls, nats = (
            kinds.get(f"AWS::{kind}", 0)
            for kind in (
                *("SecretsManager::Secret", "KMS::Key", "CloudWatch::Dashboard"),
                *("CloudWatch::CompositeAlarm", "WAFv2::WebACL", "EC2::NatGateway"),
            )
        )
        polls = stage.polled_queues * assumed.POLLS_A_MINUTE * MONTH_HOURS * 60
        alarms = usd("alarm_metric", stage.alarm_metrics) + usd("composite_alarm", composites)
        walls = usd("web_acl", acls) + usd("web_acl_rule", stage.acl_rules)
        read = f"{stage.alarm_metrics} metrics of alarms, {composites} composites"
        polled = f"{stage.polled_queues} polled queues, {polls / 1e6:.1f} million requests"
        own, rules = stage.own_metrics, stage.acl_rules
        return [
            Line("Alarms", alarms, read),
            Line("Dashboards", usd("dashboard", dashboards), f"{dashboards}"),
            Line("Own metrics", usd("own_metric", own), f"{own} that alarms name"),
            Line("Secrets", usd("secret", secrets), f"{secrets}, and one for each partner"),
            Line("KMS keys", usd("key", keys), f"{keys}"),
            Line("WAF", walls, f"{acls} web ACLs, {rules} rules"),
            self._sweeps(),
            Line("SQS", usd("sqs_request", polls), polled),
            self.network(nats, stage.interface_zones),
            self.provisioned(),
        ]

    def traffic(self, size_bytes: float) -> float:
        """Of the first tier: a month's whole traffic decides."""
        return self.prices.traffic_usd(size_bytes / GIGABYTE)

    def network(self, gateways: int, interface_zones: int) -> Line:
        """Each NAT gateway has an address of its own."""
        usd = self.prices.usd
        hours = gateways * MONTH_HOURS
        cost = usd("nat_hour", hours) + usd("address_hour", hours)
        cost += usd("endpoint_hour", interface_zones * MONTH_HOURS)
        how = f"{gateways} NAT gateways with addresses, {interface_zones} interfaces of endpoints"
        return Line("Network", cost, how)

    def provisioned(self) -> Line:
        kept = [each for each in self.stage.functions if each.provisioned]
        gigabytes = sum(each.gigabytes * each.provisioned for each in kept)
        cost = self.prices.usd("lambda_arm_provisioned_gb_second", gigabytes * MONTH_HOURS * HOUR)
        count = sum(each.provisioned for each in kept)
        return Line("Provisioned concurrency", cost, f"{count} environments, {gigabytes:g} GB")

    @property
    def chunk_bytes(self) -> float:
        return self.stage.numbers["ChunkBytes"]

    @property
    def terabyte_seconds(self) -> float:
        return TERABYTE / self.counts.line_bytes_per_second

    def _lane_gb_seconds(self, size_bytes: int) -> float:
        seconds = assumed.SMALL_LANE_SECONDS + size_bytes / self.counts.line_bytes_per_second
        return seconds * self.lane_gigabytes

    def _small_gb_seconds(self) -> float:
        """Of all functions but the lane worker, by service."""
        return sum(
            (count - (service == "transfer"))
            * self.stage.mean_gigabytes(service, without=LANE)
            * assumed.SMALL_FUNCTION_SECONDS
            for service, count in self.counts.functions.items()
        )

    def _units(self) -> tuple[float, float]:
        """Those of the transfer service are exact. The others' calls are taken for as large."""
        row, own = self.counts.row(1, 1), self.counts.calls_of("transfer")
        writing, reading = own["TransactWriteItems"], own["GetItem"] + own["Query"]
        writes, reads = float(row.write_units), float(row.read_units)
        for service in self.counts.functions:
            if service != "transfer":
                calls = dict(self.counts.calls_of(service))
                made = calls.pop("TransactWriteItems")
                writes += made * row.write_units / writing
                reads += sum(calls.values()) * row.read_units / reading
        return writes, reads

    def _messages(self) -> int:
        """A message is sent, received and deleted."""
        calls = self.counts.calls_of("SQS")
        sent = calls["SendMessage"] + calls["SendMessageBatch"]
        return 3 * sent + calls["ChangeMessageVisibility"]

    def _lambda(self, lanes: int) -> Line:
        gb_seconds = lanes * self.lane_gigabytes * self.terabyte_seconds
        how = f"{gb_seconds:,.0f} GB s: {lanes} of {self.lane_gigabytes * 1024:.0f} MB"
        return Line("Lane workers", self.prices.usd("lambda_arm_gb_second", gb_seconds), how)

    def _fargate(self, lanes: int) -> Line:
        cpus = self.stage.numbers["WorkerCpu"] / 1024
        gigabytes, hours = self.stage.numbers["WorkerMemory"] / 1024, self.terabyte_seconds / HOUR
        usd = self.prices.usd
        hourly = usd("fargate_arm_cpu_hour", cpus) + usd("fargate_arm_gb_hour", gigabytes)
        cost = lanes * hours * (hourly + usd("address_hour"))
        return Line("Lane workers", cost, f"{lanes} tasks of {cpus:g} vCPU and {gigabytes:g} GB")

    def _watchers(self, events: float) -> Line:
        """What the progress service does about each event."""
        usd, calls = self.prices.usd, dict(self.counts.calls_of(PROGRESS))
        row, own = self.counts.row(1, 1), self.counts.calls_of("transfer")
        made = calls.pop("TransactWriteItems") * row.write_units / own["TransactWriteItems"]
        read = sum(calls.values()) * row.read_units / (own["GetItem"] + own["Query"])
        each = usd("dynamodb_write_unit", made) + usd("dynamodb_read_unit", read)
        each /= row.events
        functions = events * assumed.WATCHERS_FUNCTIONS
        seconds = functions * assumed.SMALL_FUNCTION_SECONDS
        gb_seconds = seconds * self.stage.mean_gigabytes(PROGRESS)
        cost = events * each + usd("lambda_request", functions)
        cost += usd("lambda_arm_gb_second", gb_seconds)
        return Line("Telling watchers", cost, f"{functions:,.0f} calls of the progress service")

    def _sweeps(self) -> Line:
        """Lambda, logs and two reads each."""
        runs = sum(self.stage.schedules.values())
        gb_seconds = sum(
            count * assumed.SWEEP_SECONDS * self.stage.mean_gigabytes(name.split("/")[0])
            for name, count in self.stage.schedules.items()
        )
        usd = self.prices.usd
        cost = usd("lambda_request", runs) + usd("lambda_arm_gb_second", gb_seconds)
        cost += usd("log_gb", runs * assumed.LOG_BYTES / GIGABYTE)
        cost += usd("dynamodb_read_unit", 2 * runs)
        return Line("Sweeps", cost, f"{runs:,.0f} calls of {len(self.stage.schedules)} functions")
