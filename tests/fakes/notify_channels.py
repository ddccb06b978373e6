"""Channels, their vault and the allowance of tests, in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from kernel.idempotency import Idempotency
from kernel.pages import CURSOR_ADVICE, Page, read_cursor, write_cursor
from services.notify.adapters.dynamodb_channels import CHANNEL_POSITION
from services.notify.domain.channel import Channel, Secrets
from services.notify.domain.errors import (
    ChannelChanged,
    ChannelExists,
    ChannelNotFound,
    FieldInvalid,
    IdempotencyConflict,
    TooManyChannels,
)

Key = tuple[str, str, datetime]  # the body's hash, and the channel that was made


@dataclass
class InMemoryChannels:
    rows: dict[str, Channel] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)

    def create(
        self, channel: Channel, most: int, idempotency: Idempotency | None = None
    ) -> Channel:
        if idempotency is not None and idempotency.key in self.keys:
            return self._made_by(idempotency)
        if channel.id in self.rows:
            raise ChannelExists(channel.id)
        if sum(not each.is_given for each in self.of_list(channel.owner)) >= most:
            raise TooManyChannels(most, "shared" if channel.shared else "own")
        self.rows[channel.id] = channel
        if idempotency is not None:
            self.keys[idempotency.key] = (idempotency.body_hash, channel.id, channel.created_at)
        return channel

    def read(self, channel_id: str) -> Channel | None:
        return self.rows.get(channel_id)

    def save(self, channel: Channel) -> Channel:
        stored = self._seen(channel)
        saved = replace(channel, version=channel.version + 1, last_sent_at=stored.last_sent_at)
        self.rows[channel.id] = saved
        return saved

    def remove(self, channel: Channel) -> None:
        if channel.id in self.rows:
            self._seen(channel)
            del self.rows[channel.id]

    def mark_sent(self, channel_id: str, at: datetime) -> None:
        if channel_id in self.rows:
            self.rows[channel_id] = replace(self.rows[channel_id], last_sent_at=at)

    def page(self, owner: str, limit: int, cursor: str | None) -> Page[Channel]:
        query, after = f"channels of {owner}", ""
        if cursor is not None:
            refusal = FieldInvalid("cursor", cursor, CURSOR_ADVICE)
            after = read_cursor(query, cursor, CHANNEL_POSITION, refusal)
        both = sorted([*self.of_list(owner), *self.of_list(None)], key=lambda each: each.id)
        found = [each for each in both if each.id > after]
        more = write_cursor(query, found[limit - 1].id) if len(found) > limit else None
        return Page(found[:limit], more)

    def of_list(self, owner: str | None) -> Sequence[Channel]:
        found = [each for each in self.rows.values() if each.owner == owner]
        return sorted(found, key=lambda each: each.id)

    def concerned(self, owner: str, after: str | None, limit: int) -> Sequence[Channel]:
        found = [
            each
            for each in self.rows.values()
            if each.tells_everybodys or each.owner == owner
            if each.place > (after or "")
        ]
        return sorted(found, key=lambda each: each.place)[:limit]

    def _seen(self, channel: Channel) -> Channel:
        stored = self.rows.get(channel.id)
        if stored is None or (stored.version, stored.created_at) != (
            channel.version,
            channel.created_at,
        ):
            raise ChannelChanged(channel.id)
        return stored

    def _made_by(self, idempotency: Idempotency) -> Channel:
        body_hash, channel_id, made = self.keys[idempotency.key]
        if body_hash != idempotency.body_hash:
            raise IdempotencyConflict(idempotency.sent_key)
        found = self.rows.get(channel_id)
        if found is None or found.created_at != made:
            raise ChannelNotFound(channel_id)
        return found


@dataclass
class InMemoryVault:
    """`before_next` has what happens once, just before the next call of the method."""

    held: dict[str, Secrets] = field(default_factory=dict)
    before_next: dict[str, Callable[[], object]] = field(default_factory=dict)

    def store(self, secret_id: str, secrets: Secrets) -> None:
        self._begin("store")
        if secret_id in self.held:
            raise ValueError(f"the secret {secret_id} exists")
        self.held[secret_id] = secrets

    def read(self, secret_id: str) -> Secrets | None:
        self._begin("read")
        return self.held.get(secret_id)

    def delete(self, secret_id: str) -> None:
        self._begin("delete")
        self.held.pop(secret_id, None)

    def _begin(self, method: str) -> None:
        self.before_next.pop(method, lambda: None)()


@dataclass
class InMemoryDestinations:
    ids: set[str] = field(default_factory=set)

    def see(self, destination_id: str) -> None:
        self.ids.add(destination_id)

    def seen(self) -> frozenset[str]:
        return frozenset(self.ids)


@dataclass
class InMemoryAllowance:
    times: dict[str, list[datetime]] = field(default_factory=dict)

    def take(self, user: str, most: int, now: datetime) -> float:
        minute = timedelta(minutes=1)
        recent = [each for each in self.times.get(user, []) if each > now - minute]
        if len(recent) >= most:
            return (recent[-most] + minute - now).total_seconds()
        self.times[user] = [*recent, now]
        return 0.0
