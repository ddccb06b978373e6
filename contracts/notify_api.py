"""HTTP requests and answers about channels: where messages go, and what is told there."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from contracts.contract import (
    PLAIN,
    AnySlug,
    Contract,
    Count,
    Id,
    IssuedToken,
    Mail,
    Patch,
    Published,
    SecretLength,
    Slug,
    Text,
    TimeZone,
    UtcTime,
)
from contracts.notify_events import ChannelKind, Stage
from contracts.transfer_events import Failure

MAX_RULES, MAX_ADDRESSES, MAX_DESTINATIONS = 10, 10, 50
Address = Annotated[SecretStr, SecretLength(1, 2_048)]
BotToken = Annotated[SecretStr, SecretLength(1, 256)]
SlackChannel = Annotated[
    str, Text("A Slack channel's id, as C0123ABCD: 1 to 64 of A-Z 0-9", 64, r"[A-Z0-9]+")
]
ChannelName = Annotated[
    str, Text("1 to 100 characters, none of them a control character", 100, PLAIN)
]
Clock = Annotated[str, Text("A time of day, as 22:00", 5, r"([01][0-9]|2[0-3]):[0-5][0-9]", 5)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DigestMinutes = Annotated[int, Field(ge=1, le=1_440)]
CardShape = Literal["message", "card"]


class Rule(Contract):
    """What is told. The first rule of a channel that fits an event counts.

    With `digest_minutes` it is collected: the first failure comes at once, the rest in one message
    so many minutes after the first of them.
    """

    stages: Annotated[tuple[Stage, ...], Field(min_length=1, max_length=4)]
    destinations: Annotated[
        tuple[AnySlug, ...], Field(min_length=1, max_length=MAX_DESTINATIONS)
    ] = ("*",)
    digest_minutes: DigestMinutes | None = None


class QuietHours(Contract):
    """Between `begins` and `ends` on these days nothing is sent. What comes then is told in one
    message at the end. When `ends` is not after `begins`, it is on the next day. With
    `failures_pass` failures are told at once."""

    time_zone: TimeZone
    begins: Clock
    ends: Clock
    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
    )
    failures_pass: bool = False


Rules = Annotated[tuple[Rule, ...], Field(min_length=1, max_length=MAX_RULES)]
Mails = Annotated[tuple[Mail, ...], Field(max_length=MAX_ADDRESSES)]


class ChannelRequest(Contract):
    """`shared` channels are a team's: operators and admins make them, and they tell of everybody's
    transfers. Others are the caller's own, and tell of the caller's transfers; with `whose` 'all'
    of everybody's, which is for those who may see them. A user makes 20 at most, and there are 200
    shared ones at most.

    teams and webhook need `address`; slack needs `address` (an incoming webhook), or `bot_token`
    and `slack_channel`. An own e-mail channel goes to the caller's own address, a shared one to
    `mails`. `card_shape` is for flows in Teams that want the bare card.
    """

    id: Slug
    name: ChannelName
    kind: ChannelKind
    shared: bool = False
    whose: Literal["mine", "all"] = "mine"
    address: Address | None = None
    bot_token: BotToken | None = None
    slack_channel: SlackChannel | None = None
    mails: Mails = ()
    card_shape: CardShape = "message"
    rules: Rules
    quiet_hours: QuietHours | None = None


class ChannelPatch(Patch):
    """`rules` replaces all rules. A dead channel is used again when where it leads to is changed,
    or with `active` true. A webhook keeps its signing secret. The kind cannot change."""

    name: ChannelName | None = None
    whose: Literal["mine", "all"] | None = None
    address: Address | None = None
    bot_token: BotToken | None = None
    slack_channel: SlackChannel | None = None
    mails: Mails | None = None
    card_shape: CardShape | None = None
    rules: Rules | None = None
    quiet_hours: QuietHours | None = None
    no_quiet_hours: Literal[True] | None = Field(
        default=None, description="removes the quiet hours"
    )
    active: Literal[True] | None = None


class ChannelView(Published):
    """No address is shown, only the `host` that it leads to. `dead` says why nothing is sent there
    any more. The ETag tells settings apart: `waiting` and `last_sent_at` change without it."""

    id: Slug
    name: str
    kind: ChannelKind
    shared: bool
    owner: str | None
    whose: Literal["mine", "all"]
    host: str | None
    slack_channel: str | None
    mails: tuple[str, ...]
    card_shape: CardShape
    rules: tuple[Rule, ...]
    quiet_hours: QuietHours | None
    dead: Failure | None
    cautions: tuple[str, ...] = Field(description="what is probably not what you want")
    waiting: Count = Field(description="events that wait to be told; at most 1000 are counted")
    last_sent_at: UtcTime | None
    created_at: UtcTime
    updated_at: UtcTime


class NewChannelView(ChannelView):
    """`signing_secret` is for webhooks: their messages are signed with it (Standard Webhooks). It
    is shown only here, and again to whoever repeats the request with its Idempotency-Key."""

    signing_secret: IssuedToken | None = None


class ChannelsPage(Published):
    """The caller's own and the shared channels, sorted by id."""

    channels: tuple[ChannelView, ...]
    cursor: str | None


class ChannelTestView(Published):
    """What the other side said to a message that says it is a test. What it says counts: a dead
    channel that takes the test is used again, and one that is refused as a whole is dead."""

    status: Literal["sent", "failed"]
    http_status: int | None
    said: str | None = Field(description="the beginning of its answer, cleaned")
    failure: Failure | None


class NotificationView(Published):
    """A message and what became of it."""

    id: Id
    channel_id: str
    recipient: str | None
    stages: tuple[Stage, ...]
    events: Count
    status: Literal["waiting", "sending", "sent", "failed"]
    due_at: UtcTime | None
    sent_at: UtcTime | None
    failure: Failure | None


class TransferNotificationsView(Published):
    transfer_id: Id
    notifications: tuple[NotificationView, ...]
