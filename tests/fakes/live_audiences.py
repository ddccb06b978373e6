"""Connections and audiences in memory. They share the watches, as the rows of one table do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.progress.domain.audience import PAGE, Audience, Watch, WatchPage, of_transfer
from services.progress.domain.connection import (
    ChangedUser,
    Connection,
    OfUser,
    UsersConnections,
)
from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain.ports import Look
from services.progress.domain.telling import Told
from tests.fakes.live_transfers import InMemoryLiveTransfers

Place = tuple[Audience, int, str]  # audience, shard, connection
SHARDS_KEPT = timedelta(days=1)
LISTED_AFTER_END = timedelta(hours=1)


def place_of(watch: Watch) -> Place:
    return watch.audience, watch.shard, watch.connection_id


@dataclass
class InMemoryConnections:
    rows: dict[str, Connection] = field(default_factory=dict)
    watches: dict[Place, Watch] = field(default_factory=dict)
    closed: dict[tuple[str, str], datetime] = field(default_factory=dict)
    changed: dict[str, tuple[ChangedUser, datetime]] = field(default_factory=dict)

    def add(self, connection: Connection) -> None:
        self.rows[connection.id] = connection

    def read(self, connection_id: str, now: datetime) -> Connection | None:
        found = self.rows.get(connection_id)
        return found if found and found.ends_at > now else None

    def store(
        self, now: Connection, before: Connection, joined: Sequence[Watch], left: Sequence[Watch]
    ) -> bool:
        stored = self.rows.get(now.id)
        if stored is None or stored.version != before.version:
            return False
        self.rows[now.id] = replace(now, version=before.version + 1)
        self.watches |= {place_of(each): each for each in joined}
        for each in left:
            self.watches.pop(place_of(each), None)
        return True

    def remove(self, connection_id: str) -> None:
        gone = self.rows.pop(connection_id, None)
        for audience, shard in gone.watches.items() if gone else ():
            self.watches.pop((audience, shard, connection_id), None)

    def of_user(self, user: str, now: datetime) -> UsersConnections:
        mine = [each for each in self.rows.values() if each.user == user and each.ends_at > now]
        mine.sort(key=lambda each: (each.connected_at, each.id))
        closed = {s for (u, s), until in self.closed.items() if u == user and until > now}
        changed, until = self.changed.get(user, (None, now))
        listed = [OfUser(c.id, c.session_id, frozenset(c.roles), c.connected_at) for c in mine]
        return UsersConnections(listed, closed, changed if until > now else None)

    def bury_session(self, user: str, session_id: str, until: datetime) -> None:
        self.closed.setdefault((user, session_id), until)

    def bury_rights(self, changed: ChangedUser, until: datetime) -> bool:
        known, _ = self.changed.get(changed.name, (None, until))
        if known is None or known.sequence < changed.sequence:
            self.changed[changed.name] = changed, until
        return known is None or known.sequence <= changed.sequence


class InMemoryAudiences:
    def __init__(
        self,
        transfers: InMemoryLiveTransfers,
        connections: InMemoryConnections,
        page: int = PAGE,
    ) -> None:
        self.told: dict[str, Told] = {}
        self.grown: dict[Audience, tuple[int, datetime]] = {}  # shards, until
        self._transfers, self._watches, self._page = transfers, connections.watches, page

    def look(self, transfer_id: str, now: datetime) -> Look:
        audience = of_transfer(transfer_id)
        return Look(
            self._transfers.read(transfer_id),
            self.told.get(transfer_id),
            self.shards(audience, now),
            self.page(audience, 0, now),
        )

    def shards(self, audience: Audience, now: datetime) -> int:
        shards, until = self.grown.get(audience, (1, now))
        return shards if until >= now else 1

    def keep_shards(
        self, audiences: Sequence[Audience], now: datetime, until: datetime
    ) -> Mapping[Audience, int]:
        for each in audiences:
            if self.shards(each, now) > 1 and self.grown[each][1] <= until:
                self.grown[each] = self.grown[each][0], until + SHARDS_KEPT
        return {each: self.shards(each, now) for each in audiences}

    def grow(self, audience: Audience, shards: int, now: datetime) -> None:
        if self.shards(audience, now) == shards:
            self.grown[audience] = 2 * shards, now + SHARDS_KEPT

    def page(
        self,
        audience: Audience,
        shard: int,
        now: datetime,
        after: str = "",
        until: str | None = None,
    ) -> WatchPage:
        found = [
            watch
            for (a, s, connection_id), watch in sorted(
                self._watches.items(), key=lambda each: each[0][2]
            )
            if (a, s) == (audience, shard)
            and connection_id > after
            and (until is None or connection_id <= until)
            and watch.ends_at > now
        ]
        page = found[: self._page]
        return WatchPage(page, page[-1].connection_id if len(found) > len(page) else None)

    def claim(self, told: Told, before: Told | None) -> bool:
        if self.told.get(told.transfer_id) != before:
            return False
        self.told[told.transfer_id] = told
        return True

    def fall_behind(self, watch: Watch, until: datetime, now: datetime) -> bool:
        stored = self._watches.get(place_of(watch))
        if stored is None or stored.is_behind(now):
            return False
        self._watches[place_of(watch)] = replace(stored, behind_until=until)
        return True

    def catch_up(self, audience: Audience, shard: int, connection_id: str) -> bool:
        place = audience, shard, connection_id
        if place not in self._watches:
            return False
        self._watches[place] = replace(self._watches[place], behind_until=None)
        return True

    def watch(
        self, audience: Audience, shard: int, connection_id: str, now: datetime
    ) -> Watch | None:
        found = self._watches.get((audience, shard, connection_id))
        return found if found and found.ends_at > now else None

    def leave(self, watch: Watch) -> None:
        self._watches.pop(place_of(watch), None)


class InMemoryLiveLists:
    def __init__(self, transfers: InMemoryLiveTransfers) -> None:
        self._transfers = transfers

    def ids(self, owner: str | None, now: datetime) -> Sequence[str]:
        return sorted(
            each.transfer_id
            for each in self._transfers.known.values()
            if owner in (None, each.owner) and not self._is_over(each, now)
        )

    def read_many(self, transfer_ids: Iterable[str]) -> Mapping[str, KnownTransfer]:
        known = self._transfers.known
        return {each: known[each] for each in dict.fromkeys(transfer_ids) if each in known}

    def _is_over(self, known: KnownTransfer, now: datetime) -> bool:
        return known.ended and known.seen_at + LISTED_AFTER_END <= now
