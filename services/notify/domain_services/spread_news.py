"""Makes the notifications of a fact, for every channel that it concerns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256

from services.notify.domain.channel import Channel, Rule, Whose
from services.notify.domain.delivery import Added, Append, Delivery, Entry, Once
from services.notify.domain.known_transfer import SPREAD_WITHIN, News, NewsKey
from services.notify.domain.message import Fact
from services.notify.domain.notification import Notification
from services.notify.domain.nudge import Nudge, Send, Spread
from services.notify.domain.plan import Collect, plan
from services.notify.domain.ports import Ports
from services.notify.domain.rules import fitting_rule
from services.notify.domain.user import User
from services.notify.domain_services.compose import failures_at

PAGE = 100  # channels; after each of them it is stored how far it is spread
SECONDS = 20.0  # of a page, which takes one or two


def spread_news(key: NewsKey, goes_on: Callable[[], bool], *, ports: Ports) -> None:
    """When the time is over, the next turn goes on where this one stopped. What was made twice
    would be the same, so two at once do no harm."""
    news = ports.news.read(key)
    while news is not None and not news.spread:
        if not goes_on():
            ports.nudges.send([Spread(key.transfer_id, key.run, key.stage)])
            return
        channels = ports.channels.concerned(news.fact.owner, news.spread_to, PAGE)
        _tell(news, channels, ports=ports)
        news = _further(news, channels, ports=ports)


def _further(news: News, channels: Sequence[Channel], *, ports: Ports) -> News | None:
    """None when somebody else spreads it, too, and is further."""
    if channels:
        now = replace(news, spread_to=channels[-1].place, due_at=ports.now() + SPREAD_WITHIN)
    else:
        now = replace(news, spread=True)
    if not ports.news.save(now):
        return None
    return replace(now, version=news.version + 1)


def _tell(news: News, channels: Sequence[Channel], *, ports: Ports) -> None:
    owners = ports.users.read_many(each.owner for each in channels if each.owner)
    wanted = [
        (channel, rule)
        for channel in channels
        if (rule := fitting_rule(channel, news.fact.stage, news.fact.destination_id))
        and _may_hear(channel, news.fact, owners)
    ]
    nudges: list[Nudge] = []
    left = ports.crew.each(partial(_tell_one, news, nudges, ports), wanted, SECONDS)
    ports.nudges.send(nudges)
    if left:
        raise TimeoutError(f"{len(left)} channels of a page are not told within {SECONDS} s")


def _may_hear(channel: Channel, fact: Fact, owners: Mapping[str, User]) -> bool:
    """A user of whom nothing was heard yet may have their own channels only."""
    if channel.owner is None:
        return True
    owner = owners.get(channel.owner)
    if owner is not None and owner.is_silent:
        return False
    if channel.whose is Whose.ALL:
        return owner is not None and owner.sees_all
    return channel.owner == fact.owner


def _tell_one(news: News, nudges: list[Nudge], ports: Ports, wanted: tuple[Channel, Rule]) -> None:
    channel, rule = wanted
    now = ports.now()
    collect = plan(channel, rule, news.fact.stage, now)
    alone = _notification(news, channel, ports=ports)
    delivery = Delivery(news.key, channel.id, alone.id)
    if collect is None or collect.first_at_once:
        once = None
        if collect is not None:
            cause = failures_at(news.fact.destination_id)
            once = Once(channel.id, cause, now, collect.due_at, news.key)
        added = ports.notifications.add(alone, delivery, once)
        if added is Added.ADDED:
            nudges.append(Send(alone.id))
        if added is not Added.NOT_FIRST:
            return
    if collect is not None:
        _collect(news, channel, collect, ports=ports)


def _collect(news: News, channel: Channel, collect: Collect, *, ports: Ports) -> None:
    """Failures that go on for longer than a digest are told by digests alone."""
    fact, now = news.fact, ports.now()
    if collect.first_at_once:
        until = collect.due_at + (collect.due_at - now)
        ports.marks.extend(Once(channel.id, failures_at(fact.destination_id), now, until))
    opens = replace(
        _notification(news, channel, ports=ports),
        id=ports.new_id(),
        due_at=collect.due_at,
        transfer_id=None,
        correlation_id=None,
        group=collect.group,
        open=True,
    )
    entry = Entry(news.key, fact.at, fact.destination_id, fact.destination_name)
    ports.notifications.append(Append(opens, news.key, entry, channel.created_at))


def _notification(news: News, channel: Channel, *, ports: Ports) -> Notification:
    """Its id is made of what it tells and where, so that it is the same when it is made again."""
    key, now = news.key, ports.now()
    made_of = f"{key.transfer_id} {key.run} {key.stage} {channel.id}"
    return Notification(
        id=sha256(made_of.encode()).hexdigest()[:32],
        channel_id=channel.id,
        kind=channel.kind,
        recipient=channel.owner,
        due_at=now,
        created_at=now,
        stages=(key.stage,),
        transfer_id=key.transfer_id,
        run=key.run,
        correlation_id=news.correlation_id,
    )
