"""The one table of alarms. Each rule says of which things it makes an alarm, and when that rings.

A rule's name is that of its runbook, docs/runbooks/<name>.md. Alarms of things that are not there
are not made, and what a new stack brings gets its alarms by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from infra.observability.reading import Kind, Thing

MINUTE, HOUR = 60, 3_600


class Group(StrEnum):
    """Which composite covers an alarm, so that one cause rings once. An alarm that is covered tells
    nobody itself. composites.py says who is quiet while whom."""

    FUNCTIONS = "functions"  # one composite for each service
    MESSAGES = "messages"  # one composite for each service
    API = "api"
    TRANSFERS = "transfers"
    AVAILABLE_FAST = "availability-fast"
    AVAILABLE_SLOW = "availability-slow"
    SUCCESS_FAST = "success-fast"
    SUCCESS_SLOW = "success-slow"
    ALONE = ""  # rings by itself


@dataclass(frozen=True)
class Watch:
    """One metric. `of` is the service that emits it, where that is not the thing itself."""

    metric: str
    stat: str = "Sum"
    of: str = ""


@dataclass(frozen=True)
class Rule:
    """Rings when `points` of the last `out_of` periods were above `above`, or below `below`.

    Without an `expression` the one metric counts, or the sum of all. In it, metrics are named by
    the keys of `watch`. `parts` says that parts of the thing (a table's indexes) are summed, too.
    """

    name: str
    kind: Kind
    told: str  # for a person who knows the system and was asleep; {what} is the thing
    watch: Mapping[str, Watch]
    group: Group = Group.ALONE
    ending: str = ""  # what comes behind the thing's name in the alarm's
    expression: str = ""
    above: float = 0
    below: float | None = None
    points: int = 1
    out_of: int = 1
    period: int = MINUTE
    only: tuple[str, ...] = ()  # stacks; empty for all
    wants: str = ""  # a fact that a thing must have
    unless: str = ""  # a fact that it must not have
    needs: tuple[str, ...] = ()  # services without which the rule means nothing
    parts: bool = False
    missing: str = "notBreaching"  # CloudWatch's TreatMissingData
    while_scheduled: bool = False  # only where the service's schedule is switched on

    def applies_to(self, thing: Thing, services: frozenset[str]) -> bool:
        return (
            thing.kind is self.kind
            and (not self.only or thing.stack in self.only)
            and (not self.wants or bool(thing.facts.get(self.wants)))
            and not thing.facts.get(self.unless)
            and services.issuperset(self.needs)
        )


def _sum(*metrics: str, stat: str = "Sum") -> dict[str, Watch]:
    return {name.lower(): Watch(name, stat) for name in metrics}


RATE = "IF({all} > 0, 100 * {bad} / {all}, 0)"  # in percent
BURN = "IF({bad} > {spared}, 100 * {bad} / {all}, 0)"
DEAD = _sum("ApproximateNumberOfMessagesVisible", stat="Maximum")

FUNCTIONS = (
    Rule(
        "function-errors",
        Kind.FUNCTION,
        "More than 5 % of the calls of {what} ended with an error or a timeout.",
        {"errors": Watch("Errors"), "calls": Watch("Invocations")},
        Group.FUNCTIONS,
        ending="errors",
        expression=RATE.format(bad="errors", all="calls"),
        above=5,
        points=2,
        out_of=3,
        unless="Unwatched",  # raises what others do wrong
    ),
    Rule(
        "throttles",
        Kind.FUNCTION,
        "Calls of {what} were refused, because too many ran at once.",
        _sum("Throttles"),
        Group.FUNCTIONS,
        ending="throttles",
        points=3,
        out_of=5,
    ),
    Rule(
        "throttles",
        Kind.TABLE,
        "DynamoDB refused reads or writes of {what} or one of its indexes.",
        _sum("ReadThrottleEvents", "WriteThrottleEvents"),
        Group.FUNCTIONS,
        ending="throttles",
        points=3,
        out_of=5,
        parts=True,
    ),
    Rule(
        "answered-errors",
        Kind.SERVICE,
        "The API of {what} answered 500, because of a mistake of ours.",
        _sum("ServerErrors"),
        Group.FUNCTIONS,
        ending="answered-errors",
        points=2,
        out_of=3,
        wants="answers",
    ),
    Rule(
        "messages-failed",
        Kind.SERVICE,
        "Messages to {what} failed unexpectedly and went back to their queue.",
        _sum("MessagesFailed"),
        Group.FUNCTIONS,
        ending="messages-failed",
        points=3,
        out_of=5,
        wants="listens",
    ),
)
MESSAGES = (
    Rule(
        "dead-letters",
        Kind.DEAD_MESSAGES,
        "Messages were given up and wait in {what}.",
        DEAD,
        Group.MESSAGES,
    ),
    Rule(
        "dead-events",
        Kind.DEAD_EVENTS,
        "Events were not published, so other services do not know of them; see {what}.",
        DEAD,
        Group.MESSAGES,
    ),
    Rule(
        "dead-calls",
        Kind.DEAD_CALLS,
        "Calls of a schedule failed for good and stand in {what}.",
        DEAD,
        Group.MESSAGES,
    ),
    Rule(
        "queue-age",
        Kind.QUEUE,
        "The oldest message of {what} has waited for more than 15 minutes.",
        _sum("ApproximateAgeOfOldestMessage", stat="Maximum"),
        Group.MESSAGES,
        ending="age",
        above=900,
        points=3,
        out_of=3,
        period=MINUTE,
    ),
    Rule(
        "queue-not-taken",
        Kind.LONG_QUEUE,  # the age would count those at work, too
        "Messages of {what} have waited for half an hour: all workers are busy, or none starts.",
        _sum("ApproximateNumberOfMessagesVisible", stat="Minimum"),  # all the time
        Group.MESSAGES,
        ending="not-taken",
        points=6,
        out_of=6,
        period=5 * MINUTE,
    ),
)
APIS = (
    Rule(
        "api-errors",
        Kind.REST_API,
        "More than 5 % of the API's answers were 5xx.",
        {"errors": Watch("5XXError"), "calls": Watch("Count")},
        Group.API,
        ending="errors",
        expression=RATE.format(bad="errors", all="calls"),
        above=5,
        points=2,
        out_of=3,
    ),
    Rule(
        "api-slow",
        Kind.REST_API,
        "One in a hundred answers of the API took longer than 3 s.",
        {"latency": Watch("Latency", "p99")},
        Group.API,
        ending="slow",
        above=3_000,
        points=3,
        out_of=5,
    ),
    Rule(
        "websocket-errors",
        Kind.SOCKET_API,
        "Connections or messages could not be handed over, or were answered with an error.",
        _sum("ExecutionError", "IntegrationError"),
        Group.API,
        ending="errors",
        points=2,
        out_of=3,
    ),
)
TRANSFERS = (
    Rule(
        "workflow-failures",
        Kind.WORKFLOW,
        "{what} itself failed or timed out (a transfer that fails ends it well).",
        _sum("ExecutionsFailed", "ExecutionsTimedOut"),
        Group.TRANSFERS,
        ending="failures",
        out_of=5,  # a missing one is filled with 0 before it has come
    ),
    Rule(
        "standing-still",
        Kind.SERVICE,
        "Open transfers should change, and have not for 15 minutes.",
        _sum("StandingStill", stat="Maximum"),
        Group.TRANSFERS,
        ending="standing-still",
        points=3,
        out_of=5,
        only=("transfer",),
    ),
    Rule(
        "transfers-overdue",
        Kind.SERVICE,
        "Running transfers take three times as long as expected, or longer.",
        _sum("TransfersOverdue", stat="Maximum"),
        Group.TRANSFERS,
        ending="overdue",
        points=10,
        out_of=10,
        only=("transfer",),
    ),
    Rule(
        "transfers-slow",
        Kind.SERVICE,
        "One in ten completed transfers took over three times as long as expected.",
        {"ratio": Watch("DurationOfEstimate", "p90")},
        Group.TRANSFERS,
        ending="slow",
        above=300,
        points=2,
        out_of=3,
        period=5 * MINUTE,
        only=("transfer",),
    ),
    Rule(
        "synthetic-failed",
        Kind.SERVICE,
        "The transfer that we make every 5 minutes to our own partner did not arrive twice.",
        _sum("SyntheticFailed"),
        Group.TRANSFERS,
        ending="failed",
        points=2,
        out_of=3,
        period=5 * MINUTE,
        only=("synthetic",),
    ),
)
ALONE = (
    Rule(
        "synthetic-missing",
        Kind.SERVICE,
        "Nobody has made the synthetic transfer for 20 minutes, so nobody watches the whole path.",
        _sum("SyntheticCompleted", "SyntheticFailed"),
        ending="missing",
        expression="FILL(syntheticcompleted, 0) + FILL(syntheticfailed, 0)",
        below=1,
        points=4,
        out_of=4,
        period=5 * MINUTE,
        only=("synthetic",),
        missing="breaching",
        while_scheduled=True,
    ),
    Rule(
        "certificate-ends",
        Kind.SERVICE,
        "A partner's FTPS certificate ends in less than 14 days; the log says whose.",
        _sum("CertificateDaysLeft", stat="Minimum"),
        ending="certificate-ends",
        below=14,
        period=HOUR,
        only=("transfer",),
    ),
    Rule(
        "secrets-overdue",
        Kind.SERVICE,
        "A secret was not rotated when it was due; the log of the function says which.",
        _sum("SecretsOverdue", stat="Maximum"),
        ending="secrets-overdue",
        out_of=3,  # it is counted once an hour, and not to the minute
        period=HOUR,
        only=("observability",),
    ),
    Rule(
        "tickets-waiting",
        Kind.SERVICE,
        "A ticket has waited for more than an hour to be opened or ended.",
        _sum("OldestTicketSeconds", stat="Maximum"),
        ending="waiting",
        above=HOUR,
        period=5 * MINUTE,
        only=("ticketing",),
    ),
    Rule(
        "tickets-to-look-at",
        Kind.SERVICE,
        "A login was refused, a ticket is doubled, or a lease was too short; the log says which.",
        _sum("TicketsToLookAt"),
        ending="look",
        period=5 * MINUTE,
        only=("ticketing",),
    ),
    Rule(
        "notifications-failed",
        Kind.SERVICE,
        "Most messages to people were given up.",
        {"failed": Watch("NotificationsFailed"), "sent": Watch("NotificationsSent")},
        ending="failed",
        expression="IF(failed > 4, 100 * failed / (failed + FILL(sent, 0)), 0)",
        above=50,
        points=2,
        out_of=3,
        period=5 * MINUTE,
        only=("notify",),
    ),
    Rule(
        "worker-errors",
        Kind.LOG_FILTER,
        "A container for long lanes logged an error.",
        _sum("WorkerErrors"),
        ending="errors",
        period=5 * MINUTE,
    ),
)


@dataclass(frozen=True)
class Window:
    """A budget that is to last for 30 days is spent `times` as fast. So 2 % of it are gone within
    the fast windows' hour, and 5 % within the slow ones' six. The short window of each pair makes
    the alarm end soon after the trouble does. As many failures as are `spared` never burn."""

    name: str
    period: int
    times: float
    spared: int = 0


# With few calls a single failure would be a whole budget, so the long windows spare it. A short one
# may not: of synthetic transfers there is only one in five minutes.
FAST = (Window("1h", HOUR, 14.4, spared=1), Window("5m", 5 * MINUTE, 14.4))
SLOW = (Window("6h", 6 * HOUR, 6, spared=1), Window("30m", 30 * MINUTE, 6))
AVAILABLE_PERCENT = 99.9
SUCCEEDED_PERCENT = 98
ENDED_WELL = {
    "completed": Watch("TransfersCompleted"),
    "synthetic_completed": Watch("SyntheticCompleted", of="synthetic"),
}
ENDED_BADLY = {
    "failed": Watch("TransfersFailed"),
    "synthetic_failed": Watch("SyntheticFailed", of="synthetic"),
}


def _filled(names: Mapping[str, Watch]) -> str:
    return "(" + " + ".join(f"FILL({name}, 0)" for name in names) + ")"


AVAILABILITY = tuple(
    Rule(
        "slo-availability",
        Kind.REST_API,
        f"In {window.name} the API failed {window.times:g} times as often as"
        f" {AVAILABLE_PERCENT:g} % allow.",
        {"errors": Watch("5XXError"), "calls": Watch("Count")},
        group,
        ending=f"availability-{window.name}",
        expression=BURN.format(bad="errors", all="calls", spared=window.spared),
        above=round(window.times * (100 - AVAILABLE_PERCENT), 3),
        period=window.period,
    )
    for group, windows in ((Group.AVAILABLE_FAST, FAST), (Group.AVAILABLE_SLOW, SLOW))
    for window in windows
)
SUCCESS = tuple(
    Rule(
        "slo-success",
        Kind.SERVICE,
        f"In {window.name} transfers, the synthetic ones among them, failed {window.times:g} times"
        f" as often as {SUCCEEDED_PERCENT} % allow.",
        {**ENDED_WELL, **ENDED_BADLY},
        group,
        ending=f"success-{window.name}",
        expression=BURN.format(
            bad=_filled(ENDED_BADLY),
            all=_filled(ENDED_WELL | ENDED_BADLY),
            spared=window.spared,
        ),
        above=round(window.times * (100 - SUCCEEDED_PERCENT), 3),
        period=window.period,
        only=("transfer",),
        needs=("synthetic",),
    )
    for group, windows in ((Group.SUCCESS_FAST, FAST), (Group.SUCCESS_SLOW, SLOW))
    for window in windows
)
RULES = (*FUNCTIONS, *MESSAGES, *APIS, *TRANSFERS, *ALONE, *AVAILABILITY, *SUCCESS)
