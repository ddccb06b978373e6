"""The one place that names the ticketing service's adapters and creates its clients.

Each adapter is made on first use, so that a function pays only for what it calls.
"""

import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property

from botocore.client import BaseClient
from botocore.config import Config

from kernel.outbox import EventPublisher
from runtime.bus import CALLS, EventBusPublisher
from runtime.clients import AwsClients
from runtime.dynamodb.carriage import Carriage
from runtime.dynamodb.outbox import DynamoDbOutbox
from services.ticketing.adapters.dynamodb_carriage import ticket_carriage
from services.ticketing.adapters.dynamodb_gates import DynamoDbGates
from services.ticketing.adapters.dynamodb_tickets import DynamoDbTickets
from services.ticketing.adapters.dynamodb_users import DynamoDbUsers
from services.ticketing.adapters.secretsmanager_login import SecretsManagerLogin
from services.ticketing.adapters.sqs_nudges import SqsNudges
from services.ticketing.adapters.telemetry_alarms import TelemetryAlarms
from services.ticketing.domain.ports import (
    Alarms,
    Desk,
    Gates,
    Login,
    Nudges,
    Policy,
    Ports,
    Tickets,
    Users,
)
from services.ticketing.settings import TicketingSettings

# All tries of a call take less than the 15 s that the consumer keeps for one more record.
AWS_CALLS = Config(
    retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=1, read_timeout=2
)

MAX_ANSWER_BYTES = 2_000_000  # a ticket with all of its notes


class AwsPorts(Ports):
    """The fields of Ports. Each is made when it is first asked for."""

    def __init__(self, settings: TicketingSettings) -> None:
        self._settings, self._table = settings, settings.ticketing_table
        self._clients = AwsClients()

    @property
    def dynamodb(self) -> BaseClient:
        return self._clients.shared("dynamodb", AWS_CALLS)

    @property
    def sqs(self) -> BaseClient:
        return self._clients.shared("sqs", AWS_CALLS)

    @cached_property
    def desk(self) -> Desk:
        from runtime.address_guard import AddressGuard
        from runtime.guarded_http import GuardedHttp
        from services.ticketing.adapters.servicenow_desk import ServiceNowDesk

        settings = self._settings
        guard = AddressGuard.of(settings.allowed_networks)
        http = GuardedHttp(guard, max_answer_bytes=MAX_ANSWER_BYTES)
        forms = self.policy.forms.values()
        return ServiceNowDesk(
            http,
            self._secret,
            self.now,
            seconds=settings.desk_seconds,
            journals=sorted({form.journal for form in forms}),
            staging={form.table: form.staging for form in forms if form.staging},
        )

    @property
    def login(self) -> Login:
        return self._secret

    @cached_property
    def _secret(self) -> SecretsManagerLogin:
        secrets = self._clients.shared("secretsmanager", AWS_CALLS)
        return SecretsManagerLogin(secrets, self._settings.servicenow_secret_id)

    @cached_property
    def tickets(self) -> Tickets:
        return DynamoDbTickets(self.dynamodb, self._table, self.now)

    @cached_property
    def gates(self) -> Gates:
        return DynamoDbGates(self.dynamodb, self._table, self.now)

    @cached_property
    def users(self) -> Users:
        return DynamoDbUsers(self.dynamodb, self._table)

    @cached_property
    def nudges(self) -> Nudges:
        return SqsNudges(self.sqs, self._settings.desk_queue_url)

    @cached_property
    def alarms(self) -> Alarms:
        return TelemetryAlarms()

    @cached_property
    def bus(self) -> EventPublisher:
        events = self._clients.shared("events", CALLS)
        return EventBusPublisher(events, self._settings.event_bus_name, "ticketing")

    @cached_property
    def policy(self) -> Policy:
        settings = self._settings
        user = settings.synthetic_user or None
        return Policy(settings.tickets, settings.lasts, settings.note_every, settings.forms, user)

    @cached_property
    def now(self) -> Callable[[], datetime]:
        return lambda: datetime.now(UTC)

    @cached_property
    def new_id(self) -> Callable[[], str]:
        return lambda: uuid.uuid4().hex

    @cached_property
    def chance(self) -> Callable[[], float]:
        return random.SystemRandom().random


class Wiring:
    def __init__(self, settings: TicketingSettings) -> None:
        self.settings, self.ports = settings, AwsPorts(settings)

    @property
    def sqs(self) -> BaseClient:
        """Made when an event could not be consumed, not before."""
        return self.ports.sqs

    @property
    def carriage(self) -> Carriage:
        return ticket_carriage(self.ports.dynamodb, self.settings.ticketing_table, self.ports.now)

    @cached_property
    def outbox(self) -> DynamoDbOutbox:
        return DynamoDbOutbox(self.ports.dynamodb, self.settings.ticketing_table)


def build() -> Wiring:
    return Wiring(TicketingSettings.load())
