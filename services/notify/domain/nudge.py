"""What the worker is asked to do at once. The table has it too, so a nudge may be lost."""

from dataclasses import dataclass
from typing import TypeAlias

from services.notify.domain.stage import Stage


@dataclass(frozen=True)
class Spread:
    """Make notifications of a fact, for all channels that it concerns."""

    transfer_id: str
    run: int
    stage: Stage


@dataclass(frozen=True)
class Send:
    notification_id: str


Nudge: TypeAlias = Spread | Send
