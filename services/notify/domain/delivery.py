"""Which notification tells which fact in which channel, and what was shown there already."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.notify.domain.known_transfer import NewsKey
from services.notify.domain.notification import Notification


@dataclass(frozen=True)
class Delivery:
    """There is one of each fact and channel, so that nothing is told there twice."""

    news: NewsKey
    channel_id: str
    notification_id: str


@dataclass(frozen=True)
class Entry:
    """A fact in a notification that collects."""

    news: NewsKey
    at: datetime
    destination_id: str
    destination_name: str


@dataclass(frozen=True)
class Append:
    """`opens` is the notification that is begun with the entry, if none of its group is open. The
    channel was made at `channel_since`."""

    opens: Notification
    news: NewsKey
    entry: Entry
    channel_since: datetime

    @property
    def channel_id(self) -> str:
        return self.opens.channel_id

    def joined_to(self, found: Notification | None) -> Notification | None:
        """`found` with the entry, if it is open. None where another one begins: an older one is of
        a channel that had the id before, and is never sent."""
        if found is None or not found.open or found.created_at < self.channel_since:
            return None
        return found.taking(self.news.stage, self.opens.due_at)


class Added(StrEnum):
    """KNOWN: there is one of the same fact and channel, or of the same id. NOT_FIRST: something of
    the same kind was told lately."""

    ADDED = "added"
    KNOWN = "known"
    NOT_FIRST = "not_first"


@dataclass(frozen=True)
class Once:
    """Of each `channel_id` and `cause` something is told once until then, perhaps some news."""

    channel_id: str
    cause: str
    now: datetime
    until: datetime
    news: NewsKey | None = None


@dataclass(frozen=True)
class Thread:
    """`reference` names the message there, where it can be changed. `run` and `rank` are of the
    newest fact that was sent."""

    transfer_id: str
    channel_id: str
    reference: str | None = None
    run: int = 0
    rank: int = 0
