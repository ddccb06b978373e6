"""Sends a message that says it is a test, and tells what came back."""

from dataclasses import dataclass, replace
from math import ceil

from kernel.caller import Caller
from services.notify.domain.access import require_may_use
from services.notify.domain.channel import Channel, Dead
from services.notify.domain.errors import ChannelChanged, ChannelDead, SendError, TooManyTests
from services.notify.domain.message import Message, Sent
from services.notify.domain.ports import Ports
from services.notify.domain_services.read_channel import read_channel
from services.notify.domain_services.targets import target_of

MOST_TESTS = 5  # of a user within a minute, because each is a call to a place of their choice


@dataclass(frozen=True)
class Outcome:
    """One of both is there."""

    sent: Sent | None = None
    error: SendError | None = None


def send_test_message(channel_id: str, caller: Caller, *, ports: Ports) -> Outcome:
    """Tries once. What it finds counts: a dead channel that takes the message is used again, and
    one that is refused as a whole is dead. Raises ChannelNotFound, NotYours, RoleMissing,
    TooManyTests, SecretMissing."""
    channel = read_channel(channel_id, ports=ports)
    require_may_use(channel, caller)
    wait = ports.allowance.take(caller.name, MOST_TESTS, ports.now())
    if wait > 0:
        raise TooManyTests(MOST_TESTS, ceil(wait))
    try:
        channel, target = target_of(channel, ports=ports)
        sent = ports.sender.send(target, Message(id=ports.new_id(), facts=(), test=True))
    except ChannelDead as error:
        _save(replace(channel, dead=Dead(error.code, str(error), ports.now())), ports=ports)
        return Outcome(error=error)
    except SendError as error:
        return Outcome(error=error)
    if channel.dead is not None:
        _save(replace(channel, dead=None), ports=ports)
    ports.channels.mark_sent(channel.id, ports.now())
    return Outcome(sent=sent)


def _save(channel: Channel, *, ports: Ports) -> None:
    """When somebody changed the channel meanwhile, the finding is about what it was before."""
    try:
        ports.channels.save(channel)
    except ChannelChanged:
        return
