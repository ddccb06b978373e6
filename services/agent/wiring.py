"""The one place that names the agent service's adapters and creates its clients.

Each adapter is made on first use, so that a function pays only for what it calls.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

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
from services.agent.domain.teams import ALPHABET, CODE_LENGTH
from services.agent.domain.teams_ports import (
    Arrivals,
    Connector,
    Gate,
    Queue,
    Sessions,
    TeamsLinks,
    TeamsPolicy,
    TeamsPorts,
    Vault,
)
from services.agent.domain.tool import Tool
from services.agent.settings import AgentSettings

if TYPE_CHECKING:
    from runtime.guarded_http import GuardedHttp
    from runtime.rest_api import RestApi
    from services.agent.adapters.teams_places import TeamsPlaces

ID_BYTES = 16  # 128 random bits, so that nobody guesses the id of a proposal
MAX_ANSWER_BYTES = 2_000_000  # of our own API; a page of 1,000 files has less
API_SECONDS = 8.0  # of one call; a turn has 25 s
TEAMS_SECONDS = 5.0  # of one call to Teams or its login
KEYS_SECONDS = 4.0  # of each of two calls; whoever waits for them gives up after some 15 s
MAX_TEAMS_BYTES = 512_000  # the Bot Framework's keys come with their certificates
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
        return self.client("sqs")

    def client(self, service: str) -> BaseClient:
        return self._clients.shared(service, AWS_CALLS)

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
        from services.agent.adapters.http_access import HttpAccess

        return HttpAccess(self.rest_api)

    @cached_property
    def rest_api(self) -> "RestApi":
        from runtime.rest_api import RestApi

        return RestApi(self.http(API_SECONDS, MAX_ANSWER_BYTES), self._settings.api_url)

    def http(self, seconds: float, max_answer_bytes: int) -> "GuardedHttp":
        from runtime.address_guard import AddressGuard
        from runtime.guarded_http import GuardedHttp

        guard = AddressGuard.of(self._settings.allowed_networks)
        return GuardedHttp(guard, total_seconds=seconds, max_answer_bytes=max_answer_bytes)

    @cached_property
    def policy(self) -> Policy:
        return self._settings.policy

    @cached_property
    def now(self) -> Callable[[], datetime]:
        return lambda: datetime.now(UTC)

    @cached_property
    def new_id(self) -> Callable[[], str]:
        return lambda: secrets.token_hex(ID_BYTES)


class AwsTeamsPorts(TeamsPorts):
    """The fields of TeamsPorts. Each is made when it is first asked for."""

    def __init__(self, settings: AgentSettings, agent: AwsPorts) -> None:
        self._settings, self._agent = settings, agent

    @cached_property
    def links(self) -> TeamsLinks:
        from services.agent.adapters.dynamodb_teams_links import DynamoDbTeamsLinks

        return DynamoDbTeamsLinks(self._agent.dynamodb, self._settings.agent_table)

    @cached_property
    def arrivals(self) -> Arrivals:
        from services.agent.adapters.dynamodb_arrivals import DynamoDbArrivals

        return DynamoDbArrivals(self._agent.dynamodb, self._settings.agent_table)

    @cached_property
    def vault(self) -> Vault:
        from services.agent.adapters.kms_vault import KmsVault

        return KmsVault(self._agent.client("kms"), self._settings.teams_key)

    @cached_property
    def sessions(self) -> Sessions:
        from services.agent.adapters.http_sessions import HttpSessions

        return HttpSessions(self._agent.rest_api, self.now)

    @cached_property
    def connector(self) -> Connector:
        from services.agent.adapters.bot_connector import BotConnector
        from services.agent.adapters.bot_login import BotLogin, app_secret

        settings, http = self._settings, self._agent.http(TEAMS_SECONDS, MAX_TEAMS_BYTES)
        secret = app_secret(self._agent.client("secretsmanager"), settings.teams_secret_id)
        login = BotLogin(http, settings.teams_token_url, settings.teams_app_id, secret)
        return BotConnector(http, login, self._places, settings.proposal_link)

    @cached_property
    def gate(self) -> Gate:
        from services.agent.adapters.bot_gate import BotGate
        from services.agent.adapters.bot_keys import BotKeys

        http = self._agent.http(KEYS_SECONDS, MAX_TEAMS_BYTES)
        keys = BotKeys(http, self._settings.teams_open_id)
        return BotGate(self._settings.teams_app_id, keys, self._places)

    @cached_property
    def _places(self) -> "TeamsPlaces":
        from services.agent.adapters.teams_places import TeamsPlaces

        return TeamsPlaces(self._settings.teams_hosts)

    @cached_property
    def queue(self) -> Queue:
        from services.agent.adapters.sqs_teams_queue import SqsTeamsQueue

        return SqsTeamsQueue(self._agent.sqs, self._settings.teams_queue_url)

    @cached_property
    def now(self) -> Callable[[], datetime]:
        return self._agent.now

    @cached_property
    def new_id(self) -> Callable[[], str]:
        return self._agent.new_id

    @cached_property
    def new_symbols(self) -> Callable[[], str]:
        return lambda: "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))

    @cached_property
    def policy(self) -> TeamsPolicy:
        return self._settings.teams_policy


class Wiring:
    def __init__(self, settings: AgentSettings) -> None:
        self.settings, self.ports = settings, AwsPorts(settings)
        self.teams = AwsTeamsPorts(settings, self.ports)

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
