"""Plays a conversation in the process: the agent's real use cases and tools over a World."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from bench.agent.brain_model import BrainModel
from bench.agent.rest import TOKEN, RestDouble
from bench.agent.world import NOW, World
from kernel.caller import Caller, Grants, Role, SourceGrant
from services.agent.domain.outcome import Ended
from services.agent.domain.ports import Model, Policy, Ports
from services.agent.domain.proposal import Proposal
from services.agent.domain.tool import Tool
from services.agent.domain_services.read_tools import read_tools
from services.agent.domain_services.showing import Answer
from services.agent.domain_services.taking_turns import Sending
from services.agent.domain_services.tools.propose import Propose
from services.agent.use_cases.confirm_proposal import confirm_proposal
from services.agent.use_cases.open_conversation import open_conversation
from services.agent.use_cases.reject_proposal import reject_proposal
from services.agent.use_cases.send_message import send_message
from tests.doubles.bedrock_moves import Brain
from tests.fakes.agent_outcomes import InMemoryOutcomes
from tests.fakes.agent_outside import InMemoryStream
from tests.fakes.agent_stores import InMemoryBudget, InMemoryConversations
from tests.fakes.proposals import InMemoryProposals

POLICY = Policy(model="test", tokens_per_day=5_000_000, answer_tokens=2_000, history_bytes=200_000)
LEARNS_FOR = timedelta(days=60)
A_MOMENT = timedelta(milliseconds=20)  # between two looks at the clock
MOST = 100  # proposals of a conversation that are looked at


@dataclass
class Play:
    """One conversation of the world's user. Time passes a little with each look at the clock.
    `live` is a model to talk to instead of a brain."""

    world: World
    brain: Brain
    policy: Policy = POLICY
    live: Model | None = None
    clock: datetime = NOW
    answers: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        numbers = count(1)
        self.rest = RestDouble(self.world)
        self.model = BrainModel(self.brain)
        self.proposals, self.conversations = InMemoryProposals(), InMemoryConversations()
        self.outcomes = InMemoryOutcomes(LEARNS_FOR)
        self.ports = Ports(
            conversations=self.conversations,
            proposals=self.proposals,
            budget=InMemoryBudget(),
            outcomes=self.outcomes,
            model=self.live or self.model,
            access=self.rest.access(),
            stream=InMemoryStream(),
            now=self._now,
            new_id=lambda: f"{next(numbers):06d}",
            policy=self.policy,
        )
        acting = Propose(self.proposals, self.outcomes, self.ports.new_id)
        tools: tuple[Tool, ...] = (*read_tools(self.outcomes), acting)
        self.tools = {tool.name: tool for tool in tools}
        opened = open_conversation(self.caller, None, "corr-1", ports=self.ports)
        self.conversation_id = opened.conversation.id

    @property
    def caller(self) -> Caller:
        sources = tuple(SourceGrant(*each) for each in self.world.sources)
        roles = frozenset(Role(each) for each in self.world.roles)
        return Caller(self.world.user, "s-1", roles, Grants(sources, self.world.granted))

    def say(self, text: str) -> Answer:
        sending = Sending(self.conversation_id, text, self.caller, TOKEN, "corr-1")
        self.answers.append(send_message(sending, ports=self.ports, tools=self.tools))
        return self.answers[-1]

    def confirm(self, proposal: Proposal, digest: str | None = None) -> Proposal:
        wanted = digest or proposal.digest
        return confirm_proposal(proposal.id, wanted, self.caller, TOKEN, ports=self.ports)

    def reject(self, proposal: Proposal) -> Proposal:
        return reject_proposal(proposal.id, proposal.digest, self.caller, ports=self.ports)

    def pass_time(self, minutes: float) -> None:
        self.clock += timedelta(minutes=minutes)

    def learn(self, transfer_id: str, destination_id: str, seconds: float) -> None:
        """From a transfer of a small file that completed the day before."""
        ended = self.clock - timedelta(days=1)
        began = ended - timedelta(seconds=seconds)
        told = Ended(transfer_id, destination_id, 1_000, False, True, began, ended)
        self.outcomes.count(told, f"ev-{transfer_id}", self.clock)

    @property
    def all_proposals(self) -> list[Proposal]:
        """Oldest first."""
        return list(reversed(self.proposals.of_owner(self.world.user, MOST, None).items))

    def _now(self) -> datetime:
        self.clock += A_MOMENT
        return self.clock
