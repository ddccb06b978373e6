"""The one place that names the progress service's adapters and creates its clients.

Each adapter is made on first use, so that a function pays only for what it calls.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from random import SystemRandom
from threading import Event

from botocore.client import BaseClient
from botocore.config import Config

from kernel.metering import Meter
from runtime.clients import AwsClients
from runtime.telemetry import TelemetryMeter
from runtime.thread_crew import ThreadCrew
from services.progress.adapters.apigateway_sockets import POSTS, ApiGatewaySockets
from services.progress.adapters.dynamodb_audiences import DynamoDbAudiences
from services.progress.adapters.dynamodb_connections import DynamoDbConnections
from services.progress.adapters.dynamodb_ending_figures import DynamoDbEndingFigures
from services.progress.adapters.dynamodb_live_lists import DynamoDbLiveLists
from services.progress.adapters.dynamodb_live_transfers import DynamoDbLiveTransfers
from services.progress.adapters.sqs_notices import SqsNotices
from services.progress.domain.ports import (
    Audiences,
    Connections,
    Crew,
    EndingFigures,
    LiveLists,
    LiveTransfers,
    Notices,
    Ports,
    Sockets,
)
from services.progress.settings import ProgressSettings

EPOCH_BYTES = 8  # random: two lives of what is known of a transfer never share one
SPARE = 2  # connections to AWS, beside one for each thread
# All tries of a call take less than the 15 s that the consumer keeps for one more record.
AWS_CALLS = Config(
    retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=1, read_timeout=2
)


class AwsPorts(Ports):
    """The fields of Ports. Each is made when it is first asked for."""

    def __init__(self, settings: ProgressSettings) -> None:
        self._settings, self._table = settings, settings.progress_table
        pool = Config(max_pool_connections=settings.threads + SPARE)
        self._calls, self._posts = AWS_CALLS.merge(pool), POSTS.merge(pool)
        self._clients = AwsClients()

    @property
    def dynamodb(self) -> BaseClient:
        return self._clients.shared("dynamodb", self._calls)

    @property
    def sqs(self) -> BaseClient:
        return self._clients.shared("sqs", self._calls)

    @cached_property
    def transfers(self) -> LiveTransfers:
        return DynamoDbLiveTransfers(self.dynamodb, self._table)

    @cached_property
    def lists(self) -> LiveLists:
        return DynamoDbLiveLists(self.dynamodb, self._table)

    @cached_property
    def connections(self) -> Connections:
        return DynamoDbConnections(self.dynamodb, self._table)

    @cached_property
    def audiences(self) -> Audiences:
        return DynamoDbAudiences(self.dynamodb, self._table)

    @cached_property
    def figures(self) -> EndingFigures:
        chance, pause = SystemRandom().random, Event().wait
        return DynamoDbEndingFigures(self.dynamodb, self._table, chance, pause)

    @cached_property
    def sockets(self) -> Sockets:
        endpoint = self._settings.websocket_endpoint
        return ApiGatewaySockets(self._clients.at("apigatewaymanagementapi", endpoint, self._posts))

    @cached_property
    def notices(self) -> Notices:
        return SqsNotices(self.sqs, self._settings.fan_out_queue_url)

    @cached_property
    def crew(self) -> Crew:
        return ThreadCrew(self._settings.threads)

    @cached_property
    def meter(self) -> Meter:
        return TelemetryMeter()

    @cached_property
    def now(self) -> Callable[[], datetime]:
        return lambda: datetime.now(UTC)

    @cached_property
    def new_epoch(self) -> Callable[[], str]:
        return lambda: secrets.token_hex(EPOCH_BYTES)


class Wiring:
    def __init__(self, settings: ProgressSettings) -> None:
        self.settings, self.ports = settings, AwsPorts(settings)

    @property
    def sqs(self) -> BaseClient:
        """Made when an event could not be consumed, not before."""
        return self.ports.sqs


def build() -> Wiring:
    return Wiring(ProgressSettings.load())
