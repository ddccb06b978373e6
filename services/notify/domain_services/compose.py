"""Makes the message of a notification from what is known when it is sent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.notify.domain.channel import Channel, Rule
from services.notify.domain.delivery import Entry, Once
from services.notify.domain.known_transfer import NewsKey
from services.notify.domain.message import Fact, Message
from services.notify.domain.notification import Notification
from services.notify.domain.plan import QUIET, group_of
from services.notify.domain.ports import Ports
from services.notify.domain.stage import Stage

MOST_FACTS = 50  # of a digest; the rest is counted
MOST_COUNTS = 50  # lines of a digest; smaller ones are counted together
OTHERS = "other destinations"
WORST_FIRST = (Stage.FAILED, Stage.STALLED, Stage.COMPLETED, Stage.STARTED)
Counts = Counter[tuple[Stage, str]]


def failures_at(destination_id: str) -> str:
    """What the first failure at a destination is marked as."""
    return f"failed {destination_id}"


def compose(notification: Notification, channel: Channel | None, *, ports: Ports) -> Message:
    """A digest takes nothing more in by then."""
    if channel is None or notification.notice is not None:
        return Message(notification.id, (), note=notification.notice)
    if notification.group is None:
        key = NewsKey(notification.transfer_id or "", notification.run, notification.stages[0])
        return Message(notification.id, _facts([key], ports=ports))
    return _digest(notification, channel, ports=ports)


def _digest(notification: Notification, channel: Channel, *, ports: Ports) -> Message:
    entries = list(ports.notifications.entries(notification.id))
    ranked = sorted(entries, key=lambda each: WORST_FIRST.index(each.news.stage))[:MOST_FACTS]
    facts = _facts([each.news for each in ranked], ports=ports)
    counts = _counts(entries)
    if len(entries) > 1:
        counts += _told_at_once(notification, entries, ports=ports)
    return Message(
        notification.id,
        tuple(sorted(facts, key=lambda fact: fact.at)),
        left_out=len(entries) - len(facts),
        counts=_bounded(counts),
        covers=_covers(channel, notification.group or QUIET),
    )


def _facts(keys: Sequence[NewsKey], *, ports: Ports) -> tuple[Fact, ...]:
    news = ports.news.read_many(keys)
    owners = ports.users.read_many(each.fact.owner for each in news)
    names = {user.name: user.display_name for user in owners.values()}
    return tuple(_filled_in(each.fact, names, ports=ports) for each in news)


def _filled_in(fact: Fact, names: Mapping[str, str | None], *, ports: Ports) -> Fact:
    known = ports.transfers.read(fact.transfer_id)
    tickets = (
        sorted((each.ref for each in known.tickets), key=lambda ref: ref.kind) if known else ()
    )
    link = ports.policy.transfer_link
    return replace(
        fact,
        owner_name=names.get(fact.owner),
        tickets=tuple(tickets),
        link=link.replace("{id}", fact.transfer_id) if link else None,
    )


def _counts(entries: Sequence[Entry]) -> Counts:
    """Each transfer counts once, with its last stage."""
    last: dict[str, Entry] = {}
    for entry in entries:
        before = last.get(entry.news.transfer_id)
        if before is None or _newer(entry.news, before.news):
            last[entry.news.transfer_id] = entry
    return Counter((each.news.stage, each.destination_name) for each in last.values())


def _newer(key: NewsKey, than: NewsKey) -> bool:
    return (key.run, key.stage.rank) >= (than.run, than.stage.rank)


def _told_at_once(notification: Notification, entries: Sequence[Entry], *, ports: Ports) -> Counts:
    """The first failure at a destination was told by itself. It counts here all the same, so that
    '41 of 42 delivered' is true. Each counts in one digest only."""
    window = notification.due_at - notification.created_at
    since = notification.created_at - window
    names = {each.destination_id: each.destination_name for each in entries}
    found: Counts = Counter()
    for destination_id, name in list(names.items())[:MOST_COUNTS]:
        once = Once(notification.channel_id, failures_at(destination_id), since, since)
        if ports.marks.count(once, notification.id):
            found[Stage.FAILED, name] += 1
    return found


def _bounded(counts: Counts) -> tuple[tuple[Stage, str, int], ...]:
    worst = sorted(counts.items(), key=lambda each: (WORST_FIRST.index(each[0][0]), -each[1]))
    lines = [(stage, name, number) for (stage, name), number in worst[:MOST_COUNTS]]
    rest: Counter[Stage] = Counter()
    for (stage, _), number in worst[MOST_COUNTS:]:
        rest[stage] += number
    return (*lines, *((stage, OTHERS, number) for stage, number in rest.items()))


def _covers(channel: Channel, group: str) -> tuple[Stage, ...]:
    """The stages that would all be in this digest."""
    told = {stage for rule in channel.rules if _collects(rule, group) for stage in rule.stages}
    elsewhere = {
        stage for rule in channel.rules if not _collects(rule, group) for stage in rule.stages
    }
    quiet = channel.quiet_hours
    if group == QUIET and quiet is not None and quiet.failures_pass:
        elsewhere.add(Stage.FAILED)
    return tuple(sorted(told - elsewhere))


def _collects(rule: Rule, group: str) -> bool:
    return group in (QUIET, group_of(rule))
