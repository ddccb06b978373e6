"""Makes the message of a notification from what is known when it is sent."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from services.notify.domain.channel import Channel
from services.notify.domain.delivery import Entry, Once
from services.notify.domain.known_transfer import NewsKey
from services.notify.domain.message import Fact, Message
from services.notify.domain.notification import Notification
from services.notify.domain.plan import QUIET, group_of
from services.notify.domain.ports import Ports
from services.notify.domain.rules import fitting_rule
from services.notify.domain.stage import Stage

MOST_FACTS = 50  # of a digest; the rest is counted
MOST_COUNTS = 50  # lines of a digest; smaller ones are counted together
OTHERS = "other destinations"
ENDS = (Stage.COMPLETED, Stage.FAILED)
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
    told = list(_told_at_once(notification, channel, entries, ports=ports))
    return Message(
        notification.id,
        tuple(sorted(facts, key=lambda fact: fact.at)),
        left_out=len(entries) - len(facts),
        counts=_bounded(_counts([*told, *entries])),
        partial=_partial(notification, channel, entries),
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
        past=known is not None and known.is_past(fact),
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


def _told_at_once(
    notification: Notification, channel: Channel, entries: Sequence[Entry], *, ports: Ports
) -> Iterator[Entry]:
    """The first failure at a destination was told by itself. It counts here all the same, so that
    '41 of 42 delivered' is true. Each counts in one digest only: in one that was open while it
    counted as told."""
    if len(entries) == 1:  # it is told as if it were alone
        return
    opened, closed = notification.created_at, notification.begun_at or ports.now()
    names = {each.destination_id: each.destination_name for each in entries}
    for destination_id, name in list(names.items())[:MOST_COUNTS]:
        if _is_told_here(channel, notification, Stage.FAILED, destination_id):
            once = Once(channel.id, failures_at(destination_id), opened, closed)
            news = ports.marks.count(once, notification.id)
            if news is not None:
                yield Entry(news, opened, destination_id, name)


def _bounded(counts: Counts) -> tuple[tuple[Stage, str, int], ...]:
    worst = sorted(counts.items(), key=lambda each: (WORST_FIRST.index(each[0][0]), -each[1]))
    lines = [(stage, name, number) for (stage, name), number in worst[:MOST_COUNTS]]
    rest: Counter[Stage] = Counter()
    for (stage, _), number in worst[MOST_COUNTS:]:
        rest[stage] += number
    return (*lines, *((stage, OTHERS, number) for stage, number in rest.items()))


def _partial(
    notification: Notification, channel: Channel, entries: Sequence[Entry]
) -> tuple[str, ...]:
    """A channel that was changed meanwhile may have told something elsewhere before."""
    names = {each.destination_id: each.destination_name for each in entries}
    changed = channel.updated_at > notification.created_at
    found = {
        name for key, name in names.items() if changed or not _is_whole(channel, notification, key)
    }
    return (*sorted(found), OTHERS) if found else ()


def _is_whole(channel: Channel, notification: Notification, destination_id: str) -> bool:
    """Whether every end there is told in this digest. Before quiet hours begin, what has no digest,
    or a shorter one, is still told elsewhere."""
    rules = [fitting_rule(channel, stage, destination_id) for stage in ENDS]
    return len({each and each.digest_minutes for each in rules}) == 1 and all(
        _is_told_here(channel, notification, stage, destination_id) for stage in ENDS
    )


def _is_told_here(
    channel: Channel, notification: Notification, stage: Stage, destination_id: str
) -> bool:
    rule = fitting_rule(channel, stage, destination_id)
    if rule is None or notification.group != QUIET:
        return rule is not None and group_of(rule) == notification.group
    passes = channel.quiet_hours is not None and channel.quiet_hours.failures_pass
    return not (passes and stage is Stage.FAILED)
