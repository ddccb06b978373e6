"""What is sent: one fact of a transfer, or a digest of several."""

from dataclasses import dataclass, field
from datetime import datetime

from services.notify.domain.channel import CardShape, Kind, Secrets
from services.notify.domain.stage import Stage


@dataclass(frozen=True)
class Trouble:
    """`message` says what to do."""

    code: str
    message: str
    retryable: bool


@dataclass(frozen=True)
class TicketRef:
    kind: str  # user, audit
    number: str
    url: str | None = None


@dataclass(frozen=True)
class Fact:
    """A fact of a transfer, as far as it is known when it is told. Names come from others and hold
    any character: whoever shows them cleans them. `past`: the transfer was retried, or went on,
    since then."""

    transfer_id: str
    stage: Stage
    at: datetime
    owner: str
    bucket: str
    key: str
    destination_id: str
    destination_name: str
    target_path: str
    version_id: str | None = None
    owner_name: str | None = None
    label: str | None = None
    run: int = 1
    size_bytes: int | None = None
    bytes_done: int | None = None
    duration_seconds: float | None = None
    rate_bytes_per_second: float | None = None
    proven: str | None = None
    statement: str | None = None  # what was proven, in one sentence
    crc64nvme: str | None = None
    trouble: Trouble | None = None
    tickets: tuple[TicketRef, ...] = ()
    past: bool = False
    link: str | None = None  # to the transfer in the console, where there is one


@dataclass(frozen=True)
class Message:
    """`id` stays the same whenever it is sent again, so that a receiver can recognise it. A digest
    has several facts, oldest first; `left_out` of its facts are only counted. `counts` says how
    many transfers there are by their last stage and destination: (stage, destination name, number).
    `partial` are names of destinations of which some ends are told elsewhere, or not at all."""

    id: str
    facts: tuple[Fact, ...]
    left_out: int = 0
    counts: tuple[tuple[Stage, str, int], ...] = ()
    partial: tuple[str, ...] = ()
    test: bool = False  # somebody tries the channel; then there are no facts
    note: str | None = None  # a sentence of ours, for example that another channel is dead


@dataclass(frozen=True)
class Target:
    """Where a message goes. `mails` are the addresses of an e-mail."""

    kind: Kind
    channel_name: str
    secrets: Secrets = field(default_factory=Secrets)
    slack_channel: str | None = None
    mails: tuple[str, ...] = ()
    card_shape: CardShape = CardShape.MESSAGE

    @property
    def edits(self) -> bool:
        """Whether a message there can be changed afterwards: in Slack with a bot token."""
        return self.secrets.bot_token is not None


@dataclass(frozen=True)
class Sent:
    """`reference` names the message there, to change it later. `said` is the beginning of the
    answer, cleaned."""

    reference: str | None = None
    http_status: int | None = None
    said: str = ""
