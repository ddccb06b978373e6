"""Where messages go, and what is told there."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.notify.domain.stage import Stage

ALL = "*"
OUR_IDS = "mail-"  # ids of channels that users get by themselves begin with it
MAX_CHANGES = 1_000_000  # of one channel; `tag` has 16 digits with its second of creation


class Kind(StrEnum):
    TEAMS = "teams"
    SLACK = "slack"
    EMAIL = "email"
    WEBHOOK = "webhook"


class Whose(StrEnum):
    MINE = "mine"
    ALL = "all"


class CardShape(StrEnum):
    """What a flow in Teams takes: a message with the card as attachment, or the bare card."""

    MESSAGE = "message"
    CARD = "card"


@dataclass(frozen=True)
class Rule:
    """The first rule of a channel that fits an event counts. `destinations` are ids, '*' all."""

    stages: tuple[Stage, ...]
    destinations: tuple[str, ...] = (ALL,)
    digest_minutes: int | None = None


@dataclass(frozen=True)
class QuietHours:
    """`begins` and `ends` are 'HH:MM' in `time_zone`. When `ends` is not after `begins`, it is on
    the next day. `days` are 'mon' ... 'sun', those on which it begins."""

    time_zone: str
    begins: str
    ends: str
    days: tuple[str, ...]
    failures_pass: bool = False


@dataclass(frozen=True)
class Dead:
    """Why nothing is sent there until somebody mends it."""

    code: str
    message: str
    since: datetime


@dataclass(frozen=True)
class Channel:
    """`owner` is None for a shared one. `secret_id` names the addresses and tokens in the vault,
    None for e-mail. `host` is where the address leads to, to show it.

    `slack_channel` is set exactly when the vault holds a bot token. `retired_secret`: no channel
    names it any more; whoever changes the channel next deletes it, if whoever retired it died
    before."""

    id: str
    name: str
    kind: Kind
    owner: str | None
    whose: Whose
    rules: tuple[Rule, ...]
    created_at: datetime
    updated_at: datetime
    quiet_hours: QuietHours | None = None
    secret_id: str | None = None
    host: str | None = None
    slack_channel: str | None = None
    mails: tuple[str, ...] = ()
    card_shape: CardShape = CardShape.MESSAGE
    dead: Dead | None = None
    last_sent_at: datetime | None = None
    retired_secret: str | None = None
    cautions: tuple[str, ...] = ()  # about its address
    version: int = 0

    @property
    def shared(self) -> bool:
        return self.owner is None

    @property
    def is_given(self) -> bool:
        """Whether its owner got it by themselves. It does not count towards what a user makes."""
        return self.id.startswith(OUR_IDS)

    @property
    def tells_everybodys(self) -> bool:
        """Whether it tells of everybody's transfers, and not only of its owner's."""
        return self.owner is None or self.whose is Whose.ALL

    @property
    def place(self) -> str:
        """Its place among those that a transfer may concern."""
        return f"{'1' if self.tells_everybodys else '0'}#{self.id}"

    @property
    def tag(self) -> int:
        """The version that callers see. It also changes when the id is removed and used again."""
        return int(self.created_at.timestamp()) * MAX_CHANGES + self.version


@dataclass(frozen=True)
class Secrets:
    """What the vault has of a channel. repr() never shows it."""

    address: str | None = field(default=None, repr=False)
    bot_token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)
