"""The agent in memory: real use cases among fakes, small tools, and a clock to move."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from pydantic import SecretStr

from kernel.caller import Caller
from kernel.idempotency import Idempotency
from services.agent.domain.chat import Json
from services.agent.domain.ports import Actor, Policy, Ports, Reader
from services.agent.domain.proposal import Proposal
from services.agent.domain.tool import Outcome, Scene, Tool
from services.agent.domain_services.keep_proposal import keep_proposal
from services.agent.domain_services.showing import Answer
from services.agent.domain_services.taking_turns import Sending
from services.agent.use_cases.open_conversation import open_conversation
from services.agent.use_cases.send_message import send_message
from tests.fakes.agent_outcomes import InMemoryOutcomes
from tests.fakes.agent_outside import InMemoryModel, InMemoryStream, Move
from tests.fakes.agent_stores import InMemoryBudget, InMemoryConversations
from tests.fakes.callers import ANN
from tests.fakes.calls import Calls
from tests.fakes.proposals import InMemoryProposals
from tests.fakes.watched import watched
from tests.unit.agent.proposals import a_proposal

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOKEN = SecretStr("ann's token")
WORD_SECONDS = 0.1
POLICY = Policy(model="test", tokens_per_day=200_000, answer_tokens=1_000, history_bytes=40_000)


@dataclass
class SmallTool:
    """Answers with `told`, which may be a function of what it is asked in."""

    name: str
    told: Json | Callable[[Json, Scene], Outcome]
    description: str = "A tool of a test."
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "object"})
    asked: list[Json] = field(default_factory=list)

    def run(self, asked: Json, scene: Scene) -> Outcome:
        self.asked.append(asked)
        if callable(self.told):
            return self.told(asked, scene)
        return Outcome(self.told, scene.handles)


class AgentWorld:
    def __init__(self, *tools: Tool, policy: Policy = POLICY) -> None:
        self.clock = NOON
        self.calls = calls = Calls(self._move_clock)
        self._numbers = count(1)
        self.conversations, self.budget = InMemoryConversations(), InMemoryBudget()
        self.proposals, self.stream = InMemoryProposals(), InMemoryStream()
        self.model = InMemoryModel(word=lambda: calls.pass_time(WORD_SECONDS))
        self.tokens: list[SecretStr] = []
        self.tools = {tool.name: tool for tool in tools}
        self.ports = Ports(
            conversations=watched("conversations", self.conversations, calls),
            proposals=watched("proposals", self.proposals, calls),
            budget=watched("budget", self.budget, calls),
            outcomes=watched("outcomes", InMemoryOutcomes(timedelta(days=60)), calls),
            model=watched("model", self.model, calls),
            access=self,
            stream=watched("stream", self.stream, calls),
            now=self.now,
            new_id=self.new_id,
            policy=policy,
        )

    def now(self) -> datetime:
        return self.clock

    def new_id(self) -> str:
        return f"id-{next(self._numbers)}"

    def _move_clock(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    def pass_time(self, seconds: float) -> None:
        self.calls.pass_time(seconds)

    def reader(self, token: SecretStr, seconds_left: Callable[[], float]) -> Reader:
        self.tokens.append(token)
        return NoRoutes()

    def actor(self, token: SecretStr, seconds_left: Callable[[], float]) -> Actor:
        raise AssertionError("no turn acts")

    def opened(self, caller: Caller = ANN) -> str:
        return open_conversation(caller, None, "corr-1", ports=self.ports).conversation.id

    def sending(self, conversation_id: str, text: str = "Hello", key: str | None = None) -> Sending:
        known = Idempotency(f"ann#MessageRequest#{key}", text) if key else None
        return Sending(conversation_id, text, ANN, TOKEN, "corr-1", known)

    def send(self, conversation_id: str, text: str = "Hello", *moves: Move) -> Answer:
        self.model.moves += moves
        return self.sent(self.sending(conversation_id, text))

    def sent(self, sending: Sending) -> Answer:
        return send_message(sending, ports=self.ports, tools=self.tools)

    def make_proposal(self, conversation_id: str) -> Proposal:
        made = a_proposal(
            owner="ann",
            conversation_id=conversation_id,
            made_at=self.clock,
            proposal_id=self.new_id(),
        )
        keep_proposal(made, self.ports.proposals, self.new_id)
        return made

    def with_policy(self, **changes: Any) -> None:  # noqa: ANN401
        self.ports = replace(self.ports, policy=replace(self.ports.policy, **changes))


class NoRoutes:
    def read(
        self,
        operation: str,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Json:
        raise AssertionError(f"nothing answers {operation}")
