"""The one place that names the agent service's adapters and creates its clients.

Each adapter is made on first use, so that a function pays only for what it calls.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property

from botocore.client import BaseClient
from botocore.config import Config

from kernel.outbox import EventPublisher
from runtime import bus
from runtime.clients import AwsClients
from runtime.dynamodb.outbox import DynamoDbOutbox
from runtime.telemetry import TelemetryMeter
from services.agent.adapters.dynamodb_budget import DynamoDbBudget
from services.agent.adapters.dynamodb_conversations import DynamoDbConversations
from services.agent.adapters.dynamodb_outcomes import DynamoDbOutcomes
from services.agent.adapters.dynamodb_proposals import DynamoDbProposals
from services.agent.domain.ports import (
    Access,
    AnswerStream,
    Budget,
    Conversations,
    Model,
    Outcomes,
    Policy,
    Ports,
    Proposals,
)
from services.agent.domain.tool import Tool
from services.agent.settings import AgentSettings

ID_BYTES = 16  # 128 random bits, so that nobody guesses the id of a proposal
MAX_ANSWER_BYTES = 2_000_000  # of our own API; a page of 1,000 files has less
API_SECONDS = 8.0  # of one call; a turn has 25 s
# All tries of a call take less than the 15 s that the consumer keeps for one more record, and than
# the 4 s between the end of a turn and that of its function, unless one hangs twice.
AWS_CALLS = Config(
    retries={"mode": "standard", "max_attempts": 3}, connect_timeout=1, read_timeout=2
)


class AwsPorts(Ports):
    """The fields of Ports. Each is made when it is first asked for."""

    def __init__(self, settings: AgentSettings) -> None:
        self._settings, self._table = settings, settings.agent_table
        self._clients = AwsClients()

    @property
    def dynamodb(self) -> BaseClient:
        return self._clients.shared("dynamodb", AWS_CALLS)

    @property
    def sqs(self) -> BaseClient:
        return self._clients.shared("sqs", AWS_CALLS)

    @cached_property
    def conversations(self) -> Conversations:
        return DynamoDbConversations(self.dynamodb, self._table, self._settings.keep_for)

    @cached_property
    def proposals(self) -> Proposals:
        return DynamoDbProposals(self.dynamodb, self._table)

    @cached_property
    def budget(self) -> Budget:
        return DynamoDbBudget(self.dynamodb, self._table)

    @cached_property
    def outcomes(self) -> Outcomes:
        return DynamoDbOutcomes(self.dynamodb, self._table, self._settings.learn_for)

    @cached_property
    def model(self) -> Model:
        from services.agent.adapters.bedrock_model import CALLS, BedrockModel, Guardrail
        from services.agent.adapters.metered_model import MeteredModel

        settings = self._settings
        region = {"region_name": settings.model_region} if settings.model_region else {}
        client = self._clients.new("bedrock-runtime", CALLS, **region)
        guardrail = None
        if settings.guardrail_id:
            guardrail = Guardrail(settings.guardrail_id, settings.guardrail_version)
        model = BedrockModel(client, settings.model_id, settings.answer_tokens, guardrail)
        return MeteredModel(model, TelemetryMeter())

    @cached_property
    def stream(self) -> AnswerStream:
        from services.agent.adapters.bus_answer_stream import CALLS, BusAnswerStream

        publisher = self.publisher(CALLS)
        return BusAnswerStream(publisher, self.now, self.new_id)

    def publisher(self, calls: Config) -> EventPublisher:
        events = self._clients.new("events", calls)
        return bus.EventBusPublisher(events, self._settings.event_bus_name, "agent")

    @cached_property
    def access(self) -> Access:
        from runtime.address_guard import AddressGuard
        from runtime.guarded_http import GuardedHttp
        from runtime.rest_api import RestApi
        from services.agent.adapters.http_access import HttpAccess

        guard = AddressGuard.of(self._settings.allowed_networks)
        http = GuardedHttp(guard, total_seconds=API_SECONDS, max_answer_bytes=MAX_ANSWER_BYTES)
        return HttpAccess(RestApi(http, self._settings.api_url))

    @cached_property
    def policy(self) -> Policy:
        return self._settings.policy

    @cached_property
    def now(self) -> Callable[[], datetime]:
        return lambda: datetime.now(UTC)

    @cached_property
    def new_id(self) -> Callable[[], str]:
        return lambda: secrets.token_hex(ID_BYTES)


class Wiring:
    def __init__(self, settings: AgentSettings) -> None:
        self.settings, self.ports = settings, AwsPorts(settings)

    @property
    def sqs(self) -> BaseClient:
        """Made when an event could not be consumed, not before."""
        return self.ports.sqs

    @cached_property
    def tools(self) -> Mapping[str, Tool]:
        from services.agent.domain_services.read_tools import read_tools
        from services.agent.domain_services.tools.propose import Propose

        ports = self.ports
        propose = Propose(ports.proposals, ports.outcomes, ports.new_id)
        tools: list[Tool] = [*read_tools(ports.outcomes), propose]
        return {tool.name: tool for tool in tools}

    @cached_property
    def bus(self) -> EventPublisher:
        return self.ports.publisher(bus.CALLS)

    @cached_property
    def outbox(self) -> DynamoDbOutbox:
        return DynamoDbOutbox(self.ports.dynamodb, self.settings.agent_table)


def build() -> Wiring:
    return Wiring(AgentSettings.load())
