"""What notify reaches outside and hears of users, in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from contracts.auth_events import UserAddedV1, UserChangedV1
from contracts.envelope import Event, Meta
from kernel.caller import Role
from services.notify.domain.nudge import Nudge
from tests.fakes.receivers import Receivers
from tests.unit.progress.stories import NOON, AnyEvent


@dataclass
class InMemoryNudges:
    now: Callable[[], datetime]
    queued: list[tuple[datetime, Nudge]] = field(default_factory=list)

    def send(self, nudges: Sequence[Nudge], delay_seconds: float = 0) -> None:
        due = self.now() + timedelta(seconds=delay_seconds)
        self.queued += [(due, each) for each in nudges]


@dataclass
class ReceiversAsSender:
    receivers: Receivers

    def send(self, *arguments: Any) -> Any:  # noqa: ANN401
        return self.receivers.deliver(*arguments)


class EveryAddress:
    def check(self, address: str) -> None:
        """Every address may be called."""


def user_event(
    name: str = "jane",
    email: str | None = None,
    sequence: int = 1,
    roles: tuple[Role, ...] = (Role.USER,),
    **more: Any,  # noqa: ANN401
) -> AnyEvent:
    told: dict[str, Any] = {
        "user": name,
        "name": name.title(),
        "email": email,
        "destinations": ("*",),
        "roles": tuple(each.value for each in roles),
        "locked": False,
        "sequence": sequence,
    }
    meta = Meta(event_id=f"u-{name}-{sequence}", occurred_at=NOON, correlation_id="c-1")
    if sequence == 1:
        return Event(meta=meta, data=UserAddedV1(**told | more, added_at=NOON))
    return Event(meta=meta, data=UserChangedV1(**told | more, changed_at=NOON))
