"""What the use cases ask of the outside."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from kernel.idempotency import Idempotency
from kernel.outbox import OutboxEvent
from kernel.pages import Page
from services.notify.domain.channel import Channel, Secrets
from services.notify.domain.delivery import Added, Append, Delivery, Entry, Once, Thread
from services.notify.domain.known_transfer import KnownTransfer, News, NewsKey
from services.notify.domain.message import Message, Sent, Target
from services.notify.domain.notification import Notification
from services.notify.domain.nudge import Nudge
from services.notify.domain.policy import Policy
from services.notify.domain.user import User

T = TypeVar("T")


class Sender(Protocol):
    def send(self, target: Target, message: Message, earlier: str | None = None) -> Sent:
        """Makes one try, of 20 s at most. `earlier` is the reference of a message there that is
        changed instead. Raises SendError."""
        ...


class Vault(Protocol):
    """Addresses, tokens and signing secrets. A secret is never changed: what is new gets an id of
    its own, so nobody reads half of the old and half of the new."""

    def store(self, secret_id: str, secrets: Secrets) -> None:
        """Needs an id that was never used."""
        ...

    def read(self, secret_id: str) -> Secrets | None:
        """None when it was deleted. Then the channel may name a newer one: read it again."""
        ...

    def delete(self, secret_id: str) -> None:
        """Idempotent."""
        ...


class Channels(Protocol):
    def create(
        self, channel: Channel, most: int, idempotency: Idempotency | None = None
    ) -> Channel:
        """The channel that the same key made before, if there is one, as it is now. Raises
        ChannelExists, IdempotencyConflict; TooManyChannels when its owner made `most` already, or
        there are `most` shared ones; ChannelNotFound when the one that the key made was removed
        since, even if its id was used again."""
        ...

    def read(self, channel_id: str) -> Channel | None:
        """Strongly consistent."""
        ...

    def save(self, channel: Channel) -> Channel:
        """Stores it in the place of the one of the same version, and returns it with a new one.
        `last_sent_at` stays as it is stored. Raises ChannelChanged, also when it was removed."""
        ...

    def remove(self, channel: Channel) -> None:
        """Raises ChannelChanged. It may be gone already."""
        ...

    def mark_sent(self, channel_id: str, at: datetime) -> None:
        """Sets `last_sent_at`, and leaves the version as it is. The channel may be gone."""
        ...

    def page(self, owner: str, limit: int, cursor: str | None) -> Page[Channel]:
        """The owner's and the shared ones, sorted by id. Raises FieldInvalid."""
        ...

    def of_list(self, owner: str | None) -> Sequence[Channel]:
        """All of an owner. None: the shared ones. May be some moments old."""
        ...

    def concerned(self, owner: str, after: str | None, limit: int) -> Sequence[Channel]:
        """The channels that something of this owner's transfers may concern, those after the place
        `after`: their own, and those that tell of everybody's. Empty when there are no more. May be
        some moments old. The place of a channel is `Channel.place`."""
        ...


class Allowance(Protocol):
    """What a user may do only so often within a minute."""

    def take(self, user: str, most: int, now: datetime) -> float:
        """Counts one and returns 0. When there were `most` already, counts none and returns how
        many seconds to wait."""
        ...


class AddressCheck(Protocol):
    def check(self, address: str) -> None:
        """Raises AddressRefused for one that we would not call now."""
        ...


class Destinations(Protocol):
    """Those that somebody sent something to, ever."""

    def see(self, destination_id: str) -> None: ...

    def seen(self) -> frozenset[str]: ...


class Users(Protocol):
    def read(self, name: str) -> User | None: ...

    def read_many(self, names: Iterable[str]) -> Mapping[str, User]: ...

    def store(self, now: User, before: User | None, channel: Channel | None = None) -> bool:
        """Stores it in the place of `before`, in one write with their first channel, unless its id
        is taken. False when another one has stored something since `before` was read."""
        ...


class Transfers(Protocol):
    def read(self, transfer_id: str) -> KnownTransfer | None: ...

    def store(
        self, now: KnownTransfer, before: KnownTransfer | None, news: News | None = None
    ) -> bool:
        """Stores it in the place of `before`, in one write with the news unless they are known.
        False when another one has stored something since `before` was read."""
        ...


class NewsDesk(Protocol):
    def read(self, key: NewsKey) -> News | None: ...

    def read_many(self, keys: Iterable[NewsKey]) -> Sequence[News]: ...

    def save(self, news: News) -> bool:
        """Stores how far it was spread. False when somebody else did since it was read."""
        ...


class Notifications(Protocol):
    def add(
        self, notification: Notification, delivery: Delivery | None, once: Once | None = None
    ) -> Added:
        """In one write with the delivery, and with the mark that it is told once."""
        ...

    def append(self, append: Append) -> bool:
        """Puts the news into the open notification of the channel's group, or into a new one. False
        when the channel has a notification for the same news already. Raises RecordBusy."""
        ...

    def read(self, notification_id: str) -> Notification | None: ...

    def save(self, now: Notification, events: Sequence[OutboxEvent] = ()) -> Notification | None:
        """None when somebody else has changed it since it was read."""
        ...

    def entries(self, notification_id: str) -> Iterable[Entry]:
        """Of one that collects, oldest first."""
        ...

    def told_in(self, transfer_id: str, channel_id: str) -> Sequence[NewsKey]:
        """The facts of the transfer that have a notification in the channel."""
        ...

    def of_transfer(self, transfer_id: str, limit: int) -> Sequence[Notification]:
        """Those that tell of it, each once, at most so many."""
        ...

    def waiting(self, channel_id: str, since: datetime, most: int) -> int:
        """How many events of messages made since then wait to be told there. Counts no further than
        `most`. May be some moments old."""
        ...


class Threads(Protocol):
    """The messages of one transfer in one channel. One is sent at a time."""

    def take(self, thread: Thread, holder: str, now: datetime, until: datetime) -> Thread | None:
        """The thread as it is now. None while somebody else holds it."""
        ...

    def give_back(self, thread: Thread, holder: str) -> None:
        """Stores what was shown, and ends the hold."""
        ...


class Marks(Protocol):
    def extend(self, once: Once) -> None:
        """It counts as told until then at least."""
        ...

    def count(self, once: Once, notification_id: str) -> NewsKey | None:
        """The news that were told by `once.until`, if they still counted as told at `once.now`, and
        only this notification counts them."""
        ...


class DueList(Protocol):
    def due(self, now: datetime) -> Iterable[Nudge]:
        """What should have been done by now, oldest first. May be some moments old."""
        ...


class Nudges(Protocol):
    def send(self, nudges: Sequence[Nudge], delay_seconds: float = 0) -> None:
        """Has it done at the latest after the delay and soon, 15 min at most."""
        ...


class Crew(Protocol):
    """Threads, because most of the work is to wait for others."""

    def each(
        self, act: Callable[[T], None], things: Sequence[T], within_seconds: float
    ) -> Sequence[T]:
        """Does it with each of them, several at once, and begins in their order. Begins with none
        after the time is over. Returns those, the last ones. Raises the first error of `act` when
        all that were begun have ended."""
        ...


@dataclass(frozen=True)
class Ports:
    channels: Channels
    vault: Vault
    addresses: AddressCheck
    allowance: Allowance
    destinations: Destinations
    sender: Sender
    users: Users
    transfers: Transfers
    news: NewsDesk
    notifications: Notifications
    threads: Threads
    marks: Marks
    due_list: DueList
    nudges: Nudges
    crew: Crew
    policy: Policy
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    new_signing_secret: Callable[[], str]
    chance: Callable[[], float]
