"""In which tools are called in tests: a user, an API in memory, and a conversation's handles."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kernel.caller import Caller, Role
from services.agent.domain.chat import Json
from services.agent.domain.handles import HandleKind, Handles
from services.agent.domain.tool import Outcome, Scene
from services.agent.domain_services.read_tools import read_tools
from tests.fakes.agent_outcomes import InMemoryOutcomes
from tests.fakes.agent_reader import InMemoryReader

DAYS = timedelta(days=90)
NOON = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
JANE = Caller("jane", "s-1", frozenset({Role.USER}))


@dataclass
class Conversation:
    """Handles stay known from one call to the next."""

    reader: InMemoryReader = field(default_factory=InMemoryReader)
    outcomes: InMemoryOutcomes = field(default_factory=lambda: InMemoryOutcomes(DAYS))
    handles: Handles = field(default_factory=Handles)

    def scene(self) -> Scene:
        return Scene(
            JANE, "c-1", "corr-1", handles=self.handles, reader=self.reader, now=NOON, asked="?"
        )

    def run(self, tool: str, asked: Any = None) -> Outcome:  # noqa: ANN401 - hostile
        found = next(each for each in read_tools(self.outcomes) if each.name == tool)
        outcome = found.run({} if asked is None else asked, self.scene())
        self.handles = outcome.handles
        return outcome

    def ask(self, tool: str, **asked: object) -> Json:
        """What is told of a call that goes well."""
        outcome = self.run(tool, asked)
        assert not outcome.failed, outcome.told
        return outcome.told

    def refused(self, tool: str, **asked: object) -> str:
        """The problem that is told."""
        outcome = self.run(tool, asked)
        assert outcome.failed, outcome.told
        return str(outcome.told["problem"])

    def knows(self, kind: HandleKind, **same: object) -> str:
        """The handle of something that was listed before."""
        self.handles, name = self.handles.with_new(kind, same, {})
        return name

    def queries(self, operation: str) -> list[dict[str, str]]:
        return [dict(query) for name, _, query in self.reader.asked if name == operation]


def at(caller: Caller, conversation: Conversation) -> Scene:
    return replace(conversation.scene(), caller=caller)
