"""Says what is probably not what somebody wants of a channel."""

from collections.abc import Mapping, Sequence

from services.notify.domain.channel import ALL, Channel
from services.notify.domain.ports import Ports

MOST_NAMED = 5


def cautions_of(channels: Sequence[Channel], *, ports: Ports) -> Mapping[str, tuple[str, ...]]:
    """By the channel's id. Those about its address, and one about destinations to which nobody has
    sent anything: of an own one its owner knows the names, but others are easily misspelt."""
    doubtful = any(each.tells_everybodys and _named(each) for each in channels)
    seen = ports.destinations.seen() if doubtful else frozenset()
    return {each.id: (*each.cautions, *_about_destinations(each, seen)) for each in channels}


def _named(channel: Channel) -> set[str]:
    return {name for rule in channel.rules for name in rule.destinations} - {ALL}


def _about_destinations(channel: Channel, seen: frozenset[str]) -> tuple[str, ...]:
    unseen = sorted(_named(channel) - seen) if channel.tells_everybodys else []
    if not unseen:
        return ()
    more = f" and {len(unseen) - MOST_NAMED} more" if len(unseen) > MOST_NAMED else ""
    names = ", ".join(unseen[:MOST_NAMED])
    return (f"No transfer to {names}{more} was seen yet. Check how it is written.",)
