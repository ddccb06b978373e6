"""The one place that names the notify service's adapters and creates its clients.

Each adapter is made on first use, so that a function pays only for what it calls.
"""

import secrets
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from random import SystemRandom
from typing import TYPE_CHECKING

from botocore.client import BaseClient
from botocore.config import Config

from kernel.outbox import EventPublisher
from runtime.bus import CALLS, EventBusPublisher
from runtime.clients import AwsClients
from runtime.dynamodb.carriage import Carriage
from runtime.dynamodb.outbox import DynamoDbOutbox
from runtime.made_secrets import MadeSecrets
from runtime.thread_crew import ThreadCrew
from services.notify.adapters.dynamodb_allowance import DynamoDbAllowance
from services.notify.adapters.dynamodb_carriage import channel_carriage
from services.notify.adapters.dynamodb_channels import DynamoDbChannels
from services.notify.adapters.dynamodb_destinations import DynamoDbDestinations
from services.notify.adapters.dynamodb_due_list import DynamoDbDueList
from services.notify.adapters.dynamodb_marks import DynamoDbMarks
from services.notify.adapters.dynamodb_notifications import RECORDS, DynamoDbNotifications
from services.notify.adapters.dynamodb_threads import DynamoDbThreads
from services.notify.adapters.dynamodb_transfers import DynamoDbNewsDesk, DynamoDbTransfers
from services.notify.adapters.dynamodb_users import DynamoDbUsers
from services.notify.adapters.secretsmanager_vault import SecretsManagerVault
from services.notify.adapters.senders import Senders
from services.notify.adapters.sqs_nudges import SqsNudges
from services.notify.domain.channel import Kind
from services.notify.domain.policy import Policy
from services.notify.domain.ports import (
    AddressCheck,
    Allowance,
    Channels,
    Crew,
    Destinations,
    DueList,
    Marks,
    NewsDesk,
    Notifications,
    Nudges,
    Ports,
    Sender,
    Threads,
    Transfers,
    Users,
    Vault,
)
from services.notify.settings import NotifySettings

if TYPE_CHECKING:
    from runtime.guarded_http import GuardedHttp

ID_BYTES = 16
TRY_SECONDS = 15.0  # of one message; a try may take 20 s (Sender)
SIGNING_BYTES = 32  # of HMAC-SHA256; `whsec_` marks them for the libraries of Standard Webhooks
SPARE = 2  # connections to AWS, beside one for each thread
# All tries of a call take less than the 15 s that the consumer keeps for one more record.
AWS_CALLS = Config(
    retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=1, read_timeout=2
)


class AwsPorts(Ports):
    """The fields of Ports. Each is made when it is first asked for."""

    def __init__(self, settings: NotifySettings) -> None:
        self._settings, self._table = settings, settings.notify_table
        pool = Config(max_pool_connections=settings.sweep_threads + SPARE)
        self._calls = AWS_CALLS.merge(pool)
        self._clients = AwsClients()

    def client(self, name: str) -> BaseClient:
        return self._clients.shared(name, self._calls)

    @cached_property
    def channels(self) -> Channels:
        return DynamoDbChannels(self.client("dynamodb"), self._table)

    @cached_property
    def vault(self) -> Vault:
        client, settings = self.client("secretsmanager"), self._settings
        prefix, tags = settings.secret_prefix, settings.cost_tags("notify")
        key, peer = settings.secrets_key, settings.peer_region
        return SecretsManagerVault(MadeSecrets(client, prefix, tags, key, peer))

    @cached_property
    def addresses(self) -> AddressCheck:
        from services.notify.adapters.guarded_address_check import GuardedAddressCheck

        return GuardedAddressCheck(self._http(TRY_SECONDS))

    @cached_property
    def allowance(self) -> Allowance:
        return DynamoDbAllowance(self.client("dynamodb"), self._table)

    @cached_property
    def sender(self) -> Sender:
        """Only functions that send pay for what the senders import."""
        return Senders(
            {
                Kind.TEAMS: self._teams,
                Kind.SLACK: self._slack,
                Kind.EMAIL: self._mails,
                Kind.WEBHOOK: self._webhooks,
            }
        )

    def _teams(self) -> Sender:
        from services.notify.adapters.teams_sender import TeamsSender

        return TeamsSender(self._http(TRY_SECONDS), self.now)

    def _slack(self) -> Sender:
        """A change that cannot be made is followed by a new message in the same try."""
        from services.notify.adapters.slack_sender import SlackSender

        return SlackSender(self._http(TRY_SECONDS / 2), self.now, self._settings.slack_api)

    def _webhooks(self) -> Sender:
        from services.notify.adapters.webhook_sender import WebhookSender

        return WebhookSender(self._http(TRY_SECONDS), self.now)

    def _mails(self) -> Sender:
        from services.notify.adapters.ses_sender import MAILS, SesSender

        pool = Config(max_pool_connections=self._settings.sweep_threads + SPARE)
        client = self._clients.shared("sesv2", MAILS.merge(pool))
        return SesSender(client, self._settings.mail_from)

    def _http(self, seconds: float) -> "GuardedHttp":
        from runtime.address_guard import AddressGuard
        from runtime.guarded_http import GuardedHttp

        guard = AddressGuard.of(self._settings.allowed_networks)
        return GuardedHttp(guard, total_seconds=seconds)

    @cached_property
    def destinations(self) -> Destinations:
        return DynamoDbDestinations(self.client("dynamodb"), self._table)

    @cached_property
    def users(self) -> Users:
        return DynamoDbUsers(self.client("dynamodb"), self._table)

    @cached_property
    def transfers(self) -> Transfers:
        return DynamoDbTransfers(self.client("dynamodb"), self._table)

    @cached_property
    def news(self) -> NewsDesk:
        return DynamoDbNewsDesk(self.client("dynamodb"), self._table)

    @cached_property
    def notifications(self) -> Notifications:
        return DynamoDbNotifications(self.client("dynamodb"), self._table)

    @cached_property
    def threads(self) -> Threads:
        return DynamoDbThreads(self.client("dynamodb"), self._table)

    @cached_property
    def marks(self) -> Marks:
        return DynamoDbMarks(self.client("dynamodb"), self._table)

    @cached_property
    def due_list(self) -> DueList:
        return DynamoDbDueList(self.client("dynamodb"), self._table)

    @cached_property
    def nudges(self) -> Nudges:
        return SqsNudges(self.client("sqs"), self._settings.messages_queue_url)

    @cached_property
    def crew(self) -> Crew:
        return ThreadCrew(self._settings.sweep_threads)

    @cached_property
    def policy(self) -> Policy:
        return self._settings.policy

    @cached_property
    def now(self) -> Callable[[], datetime]:
        return lambda: datetime.now(UTC)

    @cached_property
    def new_id(self) -> Callable[[], str]:
        return lambda: secrets.token_hex(ID_BYTES)

    @cached_property
    def new_signing_secret(self) -> Callable[[], str]:
        return lambda: f"whsec_{b64encode(secrets.token_bytes(SIGNING_BYTES)).decode()}"

    @cached_property
    def chance(self) -> Callable[[], float]:
        return SystemRandom().random


class Wiring:
    def __init__(self, settings: NotifySettings) -> None:
        self.settings, self._clients = settings, AwsClients()
        self.ports = AwsPorts(settings)

    @property
    def sqs(self) -> BaseClient:
        """Made when an event could not be consumed, not before."""
        return self.ports.client("sqs")

    @cached_property
    def bus(self) -> EventPublisher:
        client = self._clients.shared("events", CALLS)
        return EventBusPublisher(client, self.settings.event_bus_name, "notify")

    @property
    def carriage(self) -> Carriage:
        return channel_carriage(self.ports.client("dynamodb"), self.settings.notify_table)

    @cached_property
    def outbox(self) -> DynamoDbOutbox:
        return DynamoDbOutbox(self.ports.client("dynamodb"), self.settings.notify_table, RECORDS)


def build() -> Wiring:
    return Wiring(NotifySettings.load())
