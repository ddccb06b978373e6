"""What the model can call: tools that read, and one that proposes. None changes anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kernel.caller import Caller
from services.agent.domain.asked import Asking
from services.agent.domain.chat import Json
from services.agent.domain.handles import Handles
from services.agent.domain.ports import Reader


@dataclass(frozen=True)
class Scene:
    """In which a tool is called. `reader` has the caller's own token and can only read."""

    caller: Caller
    conversation_id: str
    correlation_id: str
    handles: Handles
    reader: Reader
    now: datetime
    asked: str  # the user's last message: what a proposal has to answer
    before: Sequence[str] = ()  # the user's messages since the last proposal, see Asking
    older: Sequence[str] = ()

    @property
    def asking(self) -> Asking:
        return Asking(self.asked, self.before, self.older)


@dataclass(frozen=True)
class Outcome:
    """`told` goes to the model as data. `handles` are those of the scene with what was listed."""

    told: Json
    handles: Handles
    failed: bool = False
    proposal_id: str | None = None


class Tool(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str:
        """For the model: when to use it, and what it tells."""
        ...

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON Schema of `asked`: an object, closed, with bounds on every text and list."""
        ...

    def run(self, asked: Json, scene: Scene) -> Outcome:
        """`asked` was NOT checked. Never raises for what is wrong with it, nor for what the API
        refuses: both are told to the model, as failed. Raises for a fault of ours."""
        ...
