"""The stores of notify in memory: users, transfers, news, notifications, threads and marks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from kernel.outbox import OutboxEvent
from services.notify.domain.channel import Channel
from services.notify.domain.delivery import Added, Append, Delivery, Entry, Once, Thread
from services.notify.domain.known_transfer import KnownTransfer, News, NewsKey
from services.notify.domain.notification import Notification, Status
from services.notify.domain.nudge import Nudge, Send, Spread
from services.notify.domain.user import User
from tests.fakes.notify_channels import InMemoryChannels


@dataclass
class InMemoryUsers:
    channels: InMemoryChannels
    rows: dict[str, User] = field(default_factory=dict)

    def read(self, name: str) -> User | None:
        return self.rows.get(name)

    def read_many(self, names: Iterable[str]) -> Mapping[str, User]:
        return {each: self.rows[each] for each in names if each in self.rows}

    def store(self, now: User, before: User | None, channel: Channel | None = None) -> bool:
        stored = self.rows.get(now.name)
        if (stored and stored.version) != (before and before.version):
            return False
        self.rows[now.name] = replace(now, version=(before.version if before else 0) + 1)
        if channel is not None and channel.id not in self.channels.rows:
            self.channels.rows[channel.id] = channel
        return True


@dataclass
class InMemoryTransfers:
    rows: dict[str, KnownTransfer] = field(default_factory=dict)
    news: dict[NewsKey, News] = field(default_factory=dict)

    def read(self, transfer_id: str) -> KnownTransfer | None:
        return self.rows.get(transfer_id)

    def store(
        self, now: KnownTransfer, before: KnownTransfer | None, news: News | None = None
    ) -> bool:
        stored = self.rows.get(now.id)
        if (stored and stored.version) != (before and before.version):
            return False
        self.rows[now.id] = replace(now, version=(before.version if before else 0) + 1)
        if news is not None:
            self.news.setdefault(news.key, news)
        return True


@dataclass
class InMemoryNewsDesk:
    news: dict[NewsKey, News]

    def read(self, key: NewsKey) -> News | None:
        return self.news.get(key)

    def read_many(self, keys: Iterable[NewsKey]) -> Sequence[News]:
        return [self.news[each] for each in dict.fromkeys(keys) if each in self.news]

    def save(self, news: News) -> bool:
        stored = self.news.get(news.key)
        if stored is None or stored.version != news.version:
            return False
        self.news[news.key] = replace(news, version=news.version + 1)
        return True


@dataclass
class InMemoryMarks:
    """`rows` has what was told, since when and until when it counts as told, and `counted` by whom
    it is counted."""

    rows: dict[tuple[str, str], Once] = field(default_factory=dict)
    counted: dict[tuple[str, str], str] = field(default_factory=dict)

    def holds(self, once: Once) -> bool:
        found = self.rows.get((once.channel_id, once.cause))
        return found is not None and found.until > once.now

    def put(self, once: Once) -> None:
        self.rows[once.channel_id, once.cause] = once
        self.counted.pop((once.channel_id, once.cause), None)

    def extend(self, once: Once) -> None:
        found = self.rows.get((once.channel_id, once.cause))
        if found is not None and found.until < once.until:
            self.rows[once.channel_id, once.cause] = replace(found, until=once.until)

    def count(self, once: Once, notification_id: str) -> NewsKey | None:
        place = (once.channel_id, once.cause)
        found = self.rows.get(place)
        if found is None or found.now > once.until or found.until < once.now:
            return None
        if self.counted.setdefault(place, notification_id) != notification_id:
            return None
        return found.news


@dataclass
class InMemoryNotifications:
    """`events` has what is in the outbox, oldest first."""

    marks: InMemoryMarks
    rows: dict[str, Notification] = field(default_factory=dict)
    told: dict[tuple[NewsKey, str], str] = field(default_factory=dict)
    entered: dict[str, list[Entry]] = field(default_factory=dict)
    open: dict[tuple[str, str | None], str] = field(default_factory=dict)
    events: list[OutboxEvent] = field(default_factory=list)

    def add(
        self, notification: Notification, delivery: Delivery | None, once: Once | None = None
    ) -> Added:
        known = delivery is not None and (delivery.news, delivery.channel_id) in self.told
        if known or notification.id in self.rows:
            return Added.KNOWN
        if once is not None and self.marks.holds(once):
            return Added.NOT_FIRST
        if once is not None:
            self.marks.put(once)
        if delivery is not None:
            self.told[delivery.news, delivery.channel_id] = notification.id
        self.rows[notification.id] = notification
        return Added.ADDED

    def append(self, append: Append) -> bool:
        if (append.news, append.channel_id) in self.told:
            return False
        place = (append.channel_id, append.opens.group)
        now = append.joined_to(self.rows.get(self.open.get(place, "")))
        if now is None:
            now = append.opens
            self.open[place] = now.id
        self.rows[now.id] = now
        self.told[append.news, append.channel_id] = now.id
        self.entered.setdefault(now.id, []).append(append.entry)
        return True

    def read(self, notification_id: str) -> Notification | None:
        return self.rows.get(notification_id)

    def save(self, now: Notification, events: Sequence[OutboxEvent] = ()) -> Notification | None:
        stored = self.rows.get(now.id)
        if stored is None or stored.version != now.version:
            return None
        saved = replace(now, version=now.version + 1)
        self.rows[now.id] = saved
        self.events += events
        return saved

    def entries(self, notification_id: str) -> Iterable[Entry]:
        found = self.entered.get(notification_id, [])
        return sorted(found, key=lambda each: (each.at, each.news.transfer_id))

    def told_in(self, transfer_id: str, channel_id: str) -> Sequence[NewsKey]:
        return [key for key, at in self.told if key.transfer_id == transfer_id and at == channel_id]

    def of_transfer(self, transfer_id: str, limit: int) -> Sequence[Notification]:
        found = [
            (at, key.run, key.stage.value, name)
            for (key, at), name in self.told.items()
            if key.transfer_id == transfer_id
        ]
        names = dict.fromkeys(name for *_, name in sorted(found)[:limit])
        return [self.rows[each] for each in names]

    def waiting(self, channel_id: str, since: datetime, most: int) -> int:
        found = (
            each.events
            for each in self.rows.values()
            if each.channel_id == channel_id and each.created_at >= since and not each.is_over
        )
        return min(most, sum(found))


@dataclass
class InMemoryThreads:
    """`held` has who holds each, and until when."""

    rows: dict[tuple[str, str], Thread] = field(default_factory=dict)
    held: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)

    def take(self, thread: Thread, holder: str, now: datetime, until: datetime) -> Thread | None:
        place = (thread.transfer_id, thread.channel_id)
        by, held_until = self.held.get(place, (holder, now))
        if by != holder and held_until > now:
            return None
        self.held[place] = (holder, until)
        return self.rows.get(place, Thread(*place))

    def give_back(self, thread: Thread, holder: str) -> None:
        place = (thread.transfer_id, thread.channel_id)
        if self.held.get(place, ("", None))[0] == holder:
            self.rows[place] = thread
            del self.held[place]


@dataclass
class InMemoryDueList:
    news: dict[NewsKey, News]
    notifications: InMemoryNotifications

    def due(self, now: datetime) -> Iterable[Nudge]:
        found: list[tuple[datetime, Nudge]] = [
            (each.due_at, Spread(each.fact.transfer_id, each.fact.run, each.fact.stage))
            for each in self.news.values()
            if not each.spread and each.due_at <= now
        ]
        found += [
            (each.due_at, Send(each.id))
            for each in self.notifications.rows.values()
            if each.status in (Status.WAITING, Status.SENDING) and each.due_at <= now
        ]
        return [nudge for _, nudge in sorted(found, key=lambda each: each[0])]
