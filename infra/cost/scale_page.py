"""docs/scale.md."""

from infra.cost.counts import Counts
from infra.cost.loads import Load, Loads
from infra.cost.quotas import read_quotas
from infra.cost.stage import Stage
from infra.cost.tables import filled, table

# What happens then in FileFerry, and what whoever runs it does.
THEN = {
    "api_rate": (
        "callers get 429; the command and the console come again",
        "raise `ThrottleRate` and `ThrottleBurst` of infra/api",
    ),
    "new_table_writes": (
        "calls are repeated, then messages come again; each hour the table takes more",
        "begin a new stage slowly",
    ),
    "table": ("as above", "ask AWS for more"),
    "index": (
        "a full index holds back the table: all transfers become slower",
        "split the partition by day (ADR 67 says why not yet)",
    ),
    "destination": (
        "only transfers to this partner become slower",
        "nothing: its sessions bite first",
    ),
    "transitions": ("Step Functions delays the steps", "ask AWS for more"),
    "start_execution": (
        "the consumer's message comes again, so the transfer starts later",
        "ask AWS for more",
    ),
    "assume_role": (
        "STS is asked five times, then the step or the turn is tried again (`source_throttled`)",
        "ask AWS for more",
    ),
    "lambda": (
        "messages stay in their queues, steps are tried again, logins have their own share",
        "ask AWS for more; lower `LaneConcurrency`",
    ),
    "workers": ("lanes wait in the queue", "raise `LaneConcurrency`"),
    "event_targets": ("EventBridge delays the events", "ask AWS for more"),
    "put_events": ("the outbox' batch comes again; progress is left out", "ask AWS for more"),
    "api_requests": ("callers get 429", "ask AWS for more"),
    "secret_reads": ("the login is tried again", "nothing"),
    "s3_gets": ("reads are repeated more slowly", "spread the objects over prefixes"),
}


def scale_page(stage: Stage, counts: Counts) -> str:
    quotas = read_quotas()
    loads = Loads(stage, counts, quotas)
    rows = [
        [name, str(each), "yes" if each.raised else "no", each.seen or "from memory"]
        for name, each in quotas.items()
    ]
    return filled(
        "scale.txt",
        {
            **loads.concurrency(),
            **loads.large(),
            "small_table": table(
                ("limit", "one transfer takes", "bites at, a second", "then", "what to do"),
                map(_row, loads.small()),
            ),
            "first": f"{loads.small()[0].a_second:.0f}",
            "first_day": f"{loads.small()[0].a_second * 86_400:,.0f}",
            "quotas_table": table(("", "quota", "AWS raises it", "seen"), rows),
        },
    )


def _row(load: Load) -> list[str]:
    then, do = THEN[load.then]
    return [load.quota, f"{load.a_transfer:g} {load.of}", f"{load.a_second:,.0f}", then, do]
