"""docs/cost.md."""

from collections.abc import Iterator, Mapping, Sequence

from infra.cost import assumed, connectors
from infra.cost.counts import Counts
from infra.cost.ours import GIGABYTE, HOUR, TERABYTE, Bill, total
from infra.cost.prices import Prices
from infra.cost.stage import MONTH_HOURS, Stage
from infra.cost.tables import bold, dollars, filled, table
from infra.cost.tags import untagged_rows

SMALL = (1_000, 1_000_000)  # bytes
LANES = (1, 4)
HOME = "prod"
KEPT_READY = {"api", "authorizer"}  # the functions that may be
FEED_MINUTES = 5  # between two synthetic transfers


def cost_page(stages: Mapping[str, Stage], counts: Counts, prices: Prices) -> str:
    """`stages` are those of AWS, by name."""
    bill = Bill(stages[HOME], counts, prices)
    return filled(
        "cost.txt",
        {
            **_prices(prices),
            **_terabyte(bill),
            **_kept_ready(bill),
            **_compared(bill),
            **_assumed(),
            **_agent(bill),
            "small_table": _small(bill),
            "idle_table": _idle([Bill(each, counts, prices) for each in stages.values()]),
            "options_table": table(("", "USD", ""), _options(bill)),
            "untagged_table": table(("what has no tag of a stack", ""), untagged_rows()),
        },
    )


def _small(bill: Bill) -> str:
    columns = [bill.small(size) for size in SMALL]
    rows = [
        [one.what, dollars(one.usd), dollars(two.usd), one.how]
        for one, two in zip(*columns, strict=True)
    ]
    rows.append(["**all**", *(bold(total(each)) for each in columns), ""])
    for a_call in (assumed.FILES_A_CALL, 1):
        theirs = [connectors.small(s, bill.prices, files=1_000, a_call=a_call) for s in SMALL]
        how = f"{a_call} files in a call" if a_call > 1 else "a call for each file"
        rows.append(["connectors", *(dollars(total(each)) for each in theirs), how])
    return table(("", "1 KB", "1 MB", "of one transfer of 1 KB"), rows)


def _terabyte(bill: Bill) -> dict[str, str]:
    prices, designs = bill.prices, {}
    for name, container in (("Lambda", False), ("Fargate", True)):
        for lanes in LANES:
            title = f"{name}, {lanes} lane" + "s" * (lanes > 1)
            designs[title] = bill.terabyte(lanes, container=container)
    theirs = connectors.terabyte(prices)
    shown = len(LANES) - 1  # of which the last column tells
    rows = [
        [lines[0].what, *(dollars(each.usd) for each in lines), "", lines[shown].how]
        for lines in zip(*designs.values(), strict=True)
    ]
    rows += [[each.what, *[""] * len(designs), dollars(each.usd), each.how] for each in theirs]
    sums = [total(lines) for lines in (*designs.values(), theirs)]
    traffic = bill.traffic(TERABYTE)
    gateways = dollars(prices.usd("nat_gb", TERABYTE / GIGABYTE))
    ours, their_hours = f"{bill.terabyte_seconds / HOUR:.1f}", connectors.terabyte_hours()
    rows += [
        ["**the work**", *map(bold, sums), ""],
        ["traffic out, first tier", *[dollars(traffic)] * len(sums), "1,000 GB to the internet"],
        ["**all**", *(bold(each + traffic) for each in sums), ""],
        ["NAT, where `InVpc`", *[gateways] * len(designs), "", "each GB that passes"],
        ["hours", *[ours] * len(designs), f"{their_hours:.1f}", "if no other connector is at work"],
    ]
    head = ("", *designs, "connectors", "four lanes by Lambda; connectors")
    tiers = [[_to(end), dollars(usd), dollars(usd * 1_000)] for end, usd in prices.tiers]
    return {
        "terabyte_table": table(head, rows),
        "traffic_table": table(("traffic of a month", "USD a GB", "USD a TB"), tiers),
        "line_rate": f"{bill.counts.line_bytes_per_second / 1e6:.0f}",
        "lane_rate": f"{bill.counts.lane_bytes_per_second / 1e6:.0f}",
    }


def _to(end: float) -> str:
    return "the rest" if end == float("inf") else f"up to {end / 1_000:,.0f} TB"


def _idle(bills: Sequence[Bill]) -> str:
    columns = [bill.idle() for bill in bills]
    rows = [
        [lines[-1].what, *(dollars(each.usd) for each in lines), lines[-1].how]
        for lines in zip(*columns, strict=True)
    ]
    rows.append(["**all**", *(bold(total(each)) for each in columns), ""])
    names = [bill.stage.name for bill in bills]
    return table(("", *names, f"on {names[-1]}"), rows)


def _options(bill: Bill) -> Iterator[Sequence[str]]:
    usd, network = bill.prices.usd, bill.network(2, 0)
    feed = round(MONTH_HOURS * 60 / FEED_MINUTES)
    acl = usd("web_acl") + usd("web_acl_rule")
    yield '`InVpc = "true"`', dollars(network.usd), "two NAT gateways; and each GB, see above"
    zones = usd("endpoint_hour", 2 * MONTH_HOURS)
    yield "an interface endpoint in two zones", dollars(zones), "for each service of AWS"
    yield "a key of KMS", dollars(usd("key")), "and its calls"
    yield "a web ACL with one rule", dollars(acl), "and its requests"
    cache = usd("api_cache_hour", MONTH_HOURS)
    yield "the smallest cache of API Gateway", dollars(cache), "not used: ADR 67 says why"
    yield "a secret of a partner or a channel", dollars(usd("secret")), ""
    fed = dollars(total(bill.small(SMALL[0], feed)))
    yield f"1 KB every {FEED_MINUTES} minutes", fed, f"{feed:,} transfers with all that follows"


def _kept_ready(bill: Bill) -> dict[str, str]:
    usd, rows = bill.prices.usd, list[list[str]]()
    for name, (imports, ports) in bill.counts.cold.items():
        stack, _, function = name.partition("/")
        if function in KEPT_READY:
            gigabytes = bill.stage.function(stack, function.capitalize()).gigabytes
            month = gigabytes * MONTH_HOURS * HOUR
            cost = dollars(usd("lambda_arm_provisioned_gb_second", month))
            rows.append([name, f"{gigabytes * 1024:.0f}", f"{imports:.2f}", f"{ports:.2f}", cost])
    head = ("function", "MB", "CPU s of imports", "CPU s of the first call", "one, a month")
    cheaper = usd("lambda_arm_gb_second") - usd("lambda_arm_provisioned_duration_gb_second")
    return {
        "ready_table": table(head, rows),
        "discount": f"{cheaper / usd('lambda_arm_gb_second'):.0%}",
        "break_even": f"{usd('lambda_arm_provisioned_gb_second') / cheaper:.0%}",
    }


def _agent(bill: Bill) -> dict[str, str]:
    usd, most = bill.prices.usd, bill.stage.numbers["TokensPerDay"]
    read, written = (
        each * assumed.AGENT_CALLS for each in (assumed.AGENT_READ, assumed.AGENT_WRITTEN)
    )
    question = usd("model_read", read) + usd("model_written", written)
    day = question * most / (read + written)
    rows = [
        ["1,000 questions", dollars(1_000 * question), f"{read + written:,} tokens each"],
        ["a user's whole day", dollars(day), f"`TokensPerDay` of {most:,.0f}, used up"],
        ["at the very most", dollars(usd("model_written", most)), "if all of them were written"],
    ]
    return {
        "agent_table": table(("", "USD", ""), rows),
        "agent_calls": str(assumed.AGENT_CALLS),
        "agent_read": f"{assumed.AGENT_READ:,}",
        "agent_written": f"{assumed.AGENT_WRITTEN:,}",
    }


def _compared(bill: Bill) -> dict[str, str]:
    idle, ours = total(bill.idle()), total(bill.terabyte(LANES[-1]))
    theirs = total(connectors.terabyte(bill.prices))
    batched, single = (
        total(connectors.small(SMALL[0], bill.prices, files=1_000, a_call=each)) / 1_000
        for each in (assumed.FILES_A_CALL, 1)
    )
    return {
        "idle_usd": dollars(idle),
        "even_gb": f"{idle / (theirs - ours) * 1_000:.0f}",
        "batched_usd": dollars(batched),
        "single_usd": dollars(single),
        "own_usd": dollars(total(bill.small(SMALL[0])) / 1_000),
        "own_terabyte_usd": dollars(ours),
        "their_terabyte_usd": dollars(theirs),
    }


def _assumed() -> dict[str, str]:
    return {
        "small_seconds": f"{assumed.SMALL_FUNCTION_SECONDS:g}",
        "sweep_seconds": f"{assumed.SWEEP_SECONDS:g}",
        "lane_seconds": f"{assumed.SMALL_LANE_SECONDS:g}",
        "log_bytes": f"{assumed.LOG_BYTES:,}",
        "api_requests": str(assumed.API_REQUESTS),
        "s3_calls": str(assumed.S3_CALLS),
        "polls": str(assumed.POLLS_A_MINUTE),
        "connector_rate": f"{assumed.CONNECTOR_BYTES_PER_SECOND / 1e6:.0f}",
        "connector_gib": f"{assumed.CONNECTOR_FILE_BYTES / 2**30:.0f}",
        "connector_hours": str(assumed.CONNECTOR_HOURS),
    }


def _prices(prices: Prices) -> dict[str, str]:
    rows = [
        [
            name,
            f"{each.usd:.10f}".rstrip("0").rstrip("."),
            f"[{each.unit}]({each.page})",
            each.seen or "from memory",
        ]
        for name, each in {**prices.each, "traffic, first tier": prices.traffic}.items()
    ]
    return {
        "prices_table": table(("", "USD", "for one", "seen"), rows),
        "region": prices.region,
        "date": str(prices.date),
        "unseen": str(sum(not each.seen for each in prices.each.values())),
        "priced": str(len(prices.each)),
    }
