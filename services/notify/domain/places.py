"""Which addresses a channel of each kind takes, and which are missing."""

import re
from dataclasses import dataclass, field, fields

from services.notify.domain.channel import CardShape, Channel, Kind
from services.notify.domain.errors import FieldInvalid

HIDDEN = "(not shown)"
SECRETS = frozenset({"address", "bot_token"})
TOKEN = re.compile(r"[!-~]+")  # it goes into a header
FITTING = {
    Kind.TEAMS: frozenset({"address"}),
    Kind.SLACK: frozenset({"address", "bot_token", "slack_channel"}),
    Kind.EMAIL: frozenset({"mails"}),
    Kind.WEBHOOK: frozenset({"address"}),
}


@dataclass(frozen=True)
class Place:
    """What a caller sends to say where messages go. None: it was not sent. repr() never shows a
    secret."""

    address: str | None = field(default=None, repr=False)
    bot_token: str | None = field(default=None, repr=False)
    slack_channel: str | None = None
    mails: tuple[str, ...] | None = None

    @property
    def sent(self) -> frozenset[str]:
        return frozenset(each.name for each in fields(self) if getattr(self, each.name) is not None)

    @property
    def has_secrets(self) -> bool:
        return not self.sent.isdisjoint(SECRETS)


def check_place(channel: Channel, place: Place) -> None:
    """Whether what was sent fits the kind, and completes `channel`, which is the channel as it was
    before, or as it is made. Raises FieldInvalid, which never shows a secret."""
    for name in sorted(place.sent - FITTING[channel.kind]):
        raise refused(name, f"A channel of kind {channel.kind} has none. Leave it out.")
    if channel.kind is Kind.EMAIL:
        _check_mails(channel, place)
    elif channel.kind is Kind.SLACK:
        _check_slack(channel, place)
    elif channel.secret_id is None and place.address is None:
        raise refused("address", "It is missing: where do messages go?")


def check_card_shape(kind: Kind, shape: CardShape) -> None:
    """Raises FieldInvalid."""
    if shape is not CardShape.MESSAGE and kind is not Kind.TEAMS:
        raise FieldInvalid("card_shape", shape, "Only a channel of kind teams has one.")


def refused(name: str, advice: str) -> FieldInvalid:
    return FieldInvalid(name, HIDDEN, advice)


def _check_mails(channel: Channel, place: Place) -> None:
    if not channel.shared and place.mails is not None:
        advice = "Your own channel goes to your own address. Leave it out."
        raise refused("mails", advice)
    if channel.shared and not (channel.mails if place.mails is None else place.mails):
        raise refused("mails", "Give at least one address.")


def _check_slack(channel: Channel, place: Place) -> None:
    if place.address is not None and len(place.sent) > 1:
        advice = "Send either an address, or a bot token and its slack_channel."
        raise refused("address", advice)
    if place.bot_token is not None and not TOKEN.fullmatch(place.bot_token):
        raise refused("bot_token", "A token has only visible ASCII characters. Copy it again.")
    known = channel.slack_channel is not None  # then there is a bot token, too
    if place.slack_channel is not None and place.bot_token is None and not known:
        raise refused("bot_token", "It is missing: slack_channel needs one.")
    if place.bot_token is not None and place.slack_channel is None and not known:
        raise refused("slack_channel", "It is missing: where does the bot write?")
    if channel.secret_id is None and not place.sent:
        raise refused("address", "Send an address, or a bot token and its slack_channel.")
