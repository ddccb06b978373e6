"""FileFerry's own metrics, each once: what it is called, who emits it, and what it says.

They are in the namespace FileFerry/<stage>, under the dimension `service` unless it says otherwise.
The dashboard and the alarms read them here. A test emits each of them by use cases.
"""

from dataclasses import dataclass
from enum import StrEnum

from kernel.metering import Unit


class Kind(StrEnum):
    """How values are put together over a period."""

    COUNT = "count"  # Sum
    GAUGE = "gauge"  # Maximum or Average, never Sum: it is measured again and again
    LOW = "low"  # Minimum: a gauge of which the least tells
    DURATION = "duration"  # Average, p95, p99


@dataclass(frozen=True)
class Signal:
    name: str
    service: str  # the value of the dimension `service`
    unit: Unit
    kind: Kind
    meaning: str
    dimensions: tuple[str, ...] = ("service",)


def _counts(service: str, **meanings: str) -> tuple[Signal, ...]:
    return tuple(
        Signal(name, service, Unit.COUNT, Kind.COUNT, meaning) for name, meaning in meanings.items()
    )


def _gauges(service: str, **meanings: str) -> tuple[Signal, ...]:
    return tuple(
        Signal(name, service, Unit.COUNT, Kind.GAUGE, meaning) for name, meaning in meanings.items()
    )


TRANSFERS = (
    *_counts(
        "transfer",
        TransfersRequested="Transfers that were requested, and retries that were asked for.",
        TransfersCompleted="Transfers that ended with a receipt.",
        TransfersFailed="Transfers that failed, counted again when a retry fails, too.",
        TransfersCancelled="Transfers that somebody cancelled.",
    ),
    Signal(
        "TransferSeconds",
        "transfer",
        Unit.SECONDS,
        Kind.DURATION,
        "From a completed transfer's first start to its end, with pauses and waits in between.",
    ),
    Signal(
        "DurationOfEstimate",
        "transfer",
        Unit.PERCENT,
        Kind.DURATION,
        "How long a completed transfer took, in percent of what was expected when it started.",
    ),
    Signal(
        "BytesDelivered",
        "transfer",
        Unit.BYTES,
        Kind.COUNT,
        "The bytes of completed transfers, each byte once.",
    ),
    Signal(
        "BytesRead",
        "transfer",
        Unit.BYTES,
        Kind.COUNT,
        "What lanes read from S3, with what they read again.",
    ),
    Signal(
        "BytesWritten",
        "transfer",
        Unit.BYTES,
        Kind.COUNT,
        "What lanes wrote at partners, with what they wrote again.",
    ),
)
GAUGES = (
    *_gauges(
        "transfer",
        TransfersWaiting="Open transfers that are only requested, or wait for a session.",
        TransfersRunning="Open transfers that move, are proved, get their name or come to an end.",
        TransfersPaused="Open transfers that somebody paused.",
        TransfersOverdue="Open transfers that take three times as long as expected, or longer.",
        StandingStill="Open transfers without a lane that should go on, and do not for 15 minutes.",
        OpenLanes="Sessions that lanes have at partners.",
        SessionSlots="Sessions that all partners with open transfers allow together.",
    ),
    Signal(
        "CertificateDaysLeft",
        "transfer",
        Unit.COUNT,
        Kind.LOW,
        "Days until the certificate ends that an FTPS server has just shown; the log says whose.",
    ),
)
OTHER_SERVICES = (
    *_counts(
        "ticketing",
        TicketsWritten="Tickets that were opened, updated or ended.",
        TicketsFailed="Causes for which tickets could not be written, each once.",
        TicketsToLookAt="Troubles with tickets that only a person can mend.",
    ),
    Signal(
        "OldestTicketSeconds",
        "ticketing",
        Unit.SECONDS,
        Kind.GAUGE,
        "How long the oldest opening or ending of a ticket has waited to be written.",
    ),
    *_counts(
        "notify",
        NotificationsSent="Messages that the other side took.",
        NotificationsFailed="Messages that were given up.",
    ),
    *_counts("progress", ConnectionsOpened="WebSocket connections that were let in."),
)
AGENT = _counts(
    "agent",
    ModelAnswered="Answers of the model; one turn of a conversation has some.",
    ModelThrottled="Calls that Bedrock refused: there were too many, or it had no capacity.",
    ModelFailed="Calls that the model did not answer, broke off or refused.",
    TokensRead="What the model read, in tokens. It is paid for.",
    TokensWritten="What the model wrote, in tokens. It is paid for, and costs more.",
)
SYNTHETIC = (
    *_counts(
        "synthetic",
        SyntheticCompleted="Synthetic transfers that arrived in time and were checked.",
        SyntheticFailed="Synthetic transfers that did not, for whatever reason.",
    ),
    Signal(
        "SyntheticSeconds",
        "synthetic",
        Unit.SECONDS,
        Kind.DURATION,
        "From the request of a synthetic transfer until the API showed it completed.",
    ),
)


def _of_runtime() -> tuple[Signal, ...]:
    """What runtime counts for every service that has such functions."""
    listeners = ("agent", "notify", "progress", "ticketing", "transfer")
    answering = ("auth", *listeners)
    answered = "Calls of the API that were answered 500, because of a mistake of ours."
    given_back = "Messages that failed unexpectedly and went back to their queue."
    return tuple(
        signal
        for service in (*answering, "synthetic")
        for signal in (
            *(_counts(service, ServerErrors=answered) if service in answering else ()),
            *(_counts(service, MessagesFailed=given_back) if service in listeners else ()),
            Signal(
                "ColdStart",
                service,
                Unit.COUNT,
                Kind.COUNT,
                "First calls of a new process of a function.",
                ("function_name", "service"),
            ),
            Signal(
                "VersionFailures",
                service,
                Unit.COUNT,
                Kind.COUNT,
                "What a version of a function did and should not; it gates canaries.",
                ("service", "function_name", "version"),
            ),
        )
    )


WORKER = Signal(
    "WorkerErrors",
    "",
    Unit.COUNT,
    Kind.COUNT,
    "Errors in the log of the container for long lanes; a filter of its log counts them.",
    (),
)
SECRETS = _gauges(
    "observability",
    SecretsOverdue="Secrets that should have been rotated by now; the log says which.",
)
SIGNALS = (
    *(*TRANSFERS, *GAUGES, *OTHER_SERVICES, *AGENT, *SYNTHETIC, *SECRETS),
    *_of_runtime(),
    WORKER,
)


def signal(name: str, service: str) -> Signal:
    """Raises LookupError with what there is."""
    for each in SIGNALS:
        if (each.name, each.service) == (name, service):
            return each
    known = ", ".join(sorted({each.name for each in SIGNALS if each.service == service}))
    raise LookupError(f"{service} emits no {name!r}. It emits {known or 'nothing'}.")
