"""The use cases about channels with everything around them in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from kernel.caller import Caller, Role
from kernel.idempotency import Idempotency
from services.notify.domain.channel import Channel, Kind, Rule, Secrets
from services.notify.domain.errors import AddressRefused
from services.notify.domain.message import Message, Sent, Target
from services.notify.domain.places import Place
from services.notify.domain.ports import Ports
from services.notify.domain.stage import Stage
from services.notify.domain.user import User
from services.notify.use_cases.change_channel import change_channel
from services.notify.use_cases.create_channel import Created, NewChannel, create_channel
from services.notify.use_cases.remove_channel import remove_channel
from tests.fakes.callers import a_caller
from tests.fakes.notify_channels import (
    InMemoryAllowance,
    InMemoryChannels,
    InMemoryDestinations,
    InMemoryVault,
)

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
ADDRESS = "https://hooks.example/team/s3cr3t-path?sig=s3cr3t-signature"
FAILED = (Rule((Stage.FAILED,)),)
ANN, BOB = a_caller("ann", Role.USER, destinations=("acme",)), a_caller("bob", Role.USER)
OPERATOR, AUDITOR = a_caller("olga", Role.OPERATOR), a_caller("auden", Role.AUDITOR)
ADMIN, NOBODY = a_caller("ada", Role.ADMIN), a_caller("ann")


@dataclass
class Desk:
    """Ports that no use case about channels reaches for are None."""

    channels: InMemoryChannels = field(default_factory=InMemoryChannels)
    vault: InMemoryVault = field(default_factory=InMemoryVault)
    destinations: InMemoryDestinations = field(default_factory=InMemoryDestinations)
    mails: dict[str, str] = field(default_factory=lambda: {"ann": "ann@example.com"})
    closed: set[str] = field(default_factory=set)  # addresses that the guard refuses
    answer: Sent | Exception = field(default_factory=lambda: Sent(http_status=202))
    sent: list[tuple[Target, Message]] = field(default_factory=list)
    during_send: Callable[[], object] = lambda: None  # what others do meanwhile
    now: datetime = NOON
    numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        known: dict[str, Any] = {
            "channels": self.channels,
            "vault": self.vault,
            "addresses": self,
            "destinations": self.destinations,
            "allowance": InMemoryAllowance(),
            "sender": self,
            "users": _Users(self.mails),
            "now": lambda: self.now,
            "new_id": lambda: f"id{next(self.numbers)}",
            "new_signing_secret": lambda: f"whsec_{next(self.numbers)}",
        }
        every: dict[str, Any] = {each.name: known.get(each.name) for each in fields(Ports)}
        self.ports = Ports(**every)

    def pass_time(self, **span: float) -> None:
        self.now += timedelta(**span)

    # --- what stands in for the outside ------------------------------------------------------

    def check(self, address: str) -> None:
        if address in self.closed:
            raise AddressRefused("hooks.example")

    def send(self, target: Target, message: Message, earlier: str | None = None) -> Sent:
        self.sent.append((target, message))
        self.during_send()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    # --- what callers do ---------------------------------------------------------------------

    def create(
        self,
        channel_id: str = "team",
        kind: Kind = Kind.TEAMS,
        place: Place | None = None,
        caller: Caller = ANN,
        key: Idempotency | None = None,
        **more: Any,  # noqa: ANN401 - other fields of NewChannel
    ) -> Created:
        place = Place(ADDRESS) if place is None else place
        wish = NewChannel(channel_id, "Team", kind, place, more.pop("rules", FAILED), **more)
        return create_channel(wish, caller, key, ports=self.ports)

    def change(
        self,
        place: Place | None = None,
        caller: Caller = ANN,
        channel_id: str = "team",
        expected: int | None = None,
        **changes: Any,  # noqa: ANN401 - values of the channel's fields
    ) -> Channel:
        return change_channel(
            channel_id, changes, place or Place(), caller, expected, ports=self.ports
        )

    def remove(self, caller: Caller = ANN, channel_id: str = "team") -> None:
        remove_channel(channel_id, caller, ports=self.ports)

    def stored(self, channel_id: str = "team") -> Channel:
        return self.channels.rows[channel_id]

    def secrets(self, channel_id: str = "team") -> Secrets:
        return self.vault.held[self.stored(channel_id).secret_id or ""]

    def alter(self, **changes: Any) -> Channel:  # noqa: ANN401
        """As another request or the messages' worker does it."""
        return self.channels.save(replace(self.stored(), **changes))


class _Users:
    def __init__(self, mails: dict[str, str]) -> None:
        self._mails = mails

    def read(self, name: str) -> User | None:
        return User(name, email=self._mails[name]) if name in self._mails else None

    def read_many(self, names: Any) -> Any:  # noqa: ANN401
        raise NotImplementedError

    def store(self, now: User, before: User | None, channel: Channel | None = None) -> bool:
        raise NotImplementedError
