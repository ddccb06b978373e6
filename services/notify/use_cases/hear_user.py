"""Keeps this service's copy of a user, with the channel that they get by themselves."""

import re
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from contracts.auth_events import UserFact
from contracts.envelope import Event
from kernel.caller import Role
from services.notify.domain.channel import OUR_IDS, Channel, Kind, Rule, Whose
from services.notify.domain.errors import ChannelChanged, RecordBusy
from services.notify.domain.ports import Ports
from services.notify.domain.stage import Stage
from services.notify.domain.user import User

TRIES = 10
DIGEST_MINUTES = 15
MAX_NAME_PART = 40  # of a channel's id, which has 64 characters at most


def hear_user(event: Event[UserFact], *, ports: Ports) -> None:
    """Nothing is left of the channels of a user who was removed. Raises RecordBusy."""
    fact = event.data
    for _ in range(TRIES):
        before = ports.users.read(fact.user)
        if before is not None and before.sequence >= fact.sequence:
            now = before
            break
        now = _copy(before or User(fact.user), fact)
        first = None
        if now.email and not now.had_channel and not now.removed:
            first = first_channel(now, ports.now())
            now = replace(now, had_channel=True)
        if ports.users.store(now, before, first):
            break
    else:
        raise RecordBusy(f"user {fact.user!r}")
    if now.removed:
        _remove_channels(now.name, ports=ports)


def first_channel(user: User, now: datetime) -> Channel:
    """Mails of their failed and stalled transfers. The id is made of the name, and cannot be that
    of anybody else."""
    part = re.sub(r"[^a-z0-9]+", "-", user.name)[:MAX_NAME_PART].strip("-")
    own = sha256(user.name.encode()).hexdigest()[:8]
    return Channel(
        id=f"{OUR_IDS}{part}-{own}",
        name="Mails about my transfers",
        kind=Kind.EMAIL,
        owner=user.name,
        whose=Whose.MINE,
        rules=(Rule((Stage.FAILED, Stage.STALLED), digest_minutes=DIGEST_MINUTES),),
        created_at=now,
        updated_at=now,
    )


def _copy(before: User, fact: UserFact) -> User:
    now = replace(
        before,
        roles=tuple(Role(each) for each in fact.roles),
        locked=fact.locked,
        removed=fact.removed,
        sequence=fact.sequence,
    )
    if fact.removed:
        return replace(now, display_name=None, email=None, destinations=())
    if fact.destinations is None:  # the event is older than these fields
        return now
    return replace(now, display_name=fact.name, email=fact.email, destinations=fact.destinations)


def _remove_channels(user: str, *, ports: Ports) -> None:
    """The secret first: whoever dies in between finds the channel again. A channel that somebody
    changes at the same moment is left for the next time that the event is delivered."""
    for found in ports.channels.of_list(user):
        channel = ports.channels.read(found.id)
        if channel is None or channel.owner != user:
            continue
        for secret_id in (channel.secret_id, channel.retired_secret):
            if secret_id is not None:
                ports.vault.delete(secret_id)
        try:
            ports.channels.remove(channel)
        except ChannelChanged as changed:
            raise RecordBusy(f"channel {channel.id!r}") from changed
