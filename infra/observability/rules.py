"""The one table of alarms. Each rule says of which things it makes an alarm, and when that rings.

A rule's name is that of its runbook, docs/runbooks/<name>.md. Alarms of things that are not there
are not made, and what a new stack brings gets its alarms by itself.
"""

from infra.observability.burning import AVAILABILITY, SUCCESS
from infra.observability.reading import Kind
from infra.observability.rule import HOUR, MINUTE, Group, Rule, Watch


def _sum(*metrics: str, stat: str = "Sum") -> dict[str, Watch]:
    return {name.lower(): Watch(name, stat) for name in metrics}


RATE = "IF({all} > 0, 100 * {bad} / {all}, 0)"  # in percent
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


RULES = (*FUNCTIONS, *MESSAGES, *APIS, *TRANSFERS, *ALONE, *AVAILABILITY, *SUCCESS)
