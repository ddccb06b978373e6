"""What the use cases ask of the outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from kernel.idempotency import Idempotency
from services.notify.domain.channel import Channel, Secrets
from services.notify.domain.message import Message, Sent, Target


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
    """All reads are strongly consistent."""

    def create(self, channel: Channel, most: int, idempotency: Idempotency | None) -> Channel:
        """The stored channel. When key and body are repeated, it is the earlier one as it is now.
        Raises ChannelExists, IdempotencyConflict; TooManyChannels when its owner has `most`
        already, or there are `most` shared ones. Raises ChannelNotFound when the earlier one was
        removed since, even if its id was used again."""
        ...

    def read(self, channel_id: str) -> Channel:
        """Raises ChannelNotFound."""
        ...

    def save(self, channel: Channel) -> Channel:
        """With version + 1. `last_sent_at` stays as it is stored. Raises ChannelChanged when the
        stored version is another, or that of a later channel of the same id."""
        ...

    def delete(self, channel: Channel) -> None:
        """Raises ChannelChanged. A channel that is gone is no error."""
        ...

    def record_sent(self, channel: Channel, at: datetime) -> None:
        """The version stays. Does nothing for one that is gone, or when a later time is stored."""
        ...

    def of_owner(self, owner: str | None) -> Sequence[Channel]:
        """A user's own ones, or for None the shared ones, sorted by id."""
        ...

    def told_of(self, user: str) -> Sequence[Channel]:
        """Those that may tell of this user's transfers: their own, the shared ones, and other
        users' that tell of everybody's. Whoever owns one of these may have lost the right since."""
        ...


class Allowance(Protocol):
    def take(self, user: str, now: datetime) -> float:
        """Counts one call and returns 0. When the user has had all of a minute already, it counts
        nothing and returns how many seconds to wait. Raises ChannelChanged."""
        ...


class AddressCheck(Protocol):
    def check(self, address: str) -> None:
        """Raises AddressRefused for one that we would not call now."""
        ...
