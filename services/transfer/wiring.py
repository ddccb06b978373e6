"""The one place that names the transfer service's adapters and creates its clients.

Each adapter is made on first use, so that a function pays only for what it calls. Libraries that
only some functions need are imported there, too. For example, listing transfers needs no SSH.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from random import Random, SystemRandom

from botocore.client import BaseClient
from botocore.config import Config

from kernel.metering import Meter
from kernel.outbox import EventPublisher
from runtime.address_guard import AddressGuard
from runtime.bus import CALLS, EventBusPublisher
from runtime.clients import AwsClients
from runtime.dynamodb.carriage import Carriage
from runtime.dynamodb.outbox import DynamoDbOutbox
from runtime.made_secrets import MadeSecrets
from runtime.telemetry import TelemetryMeter, logger
from services.transfer.adapters.dynamodb_carriage import transfer_carriage
from services.transfer.adapters.dynamodb_chunk_ledger import DynamoDbChunkLedger
from services.transfer.adapters.dynamodb_destination_store import DynamoDbDestinationStore
from services.transfer.adapters.dynamodb_home_store import DynamoDbHomeStore
from services.transfer.adapters.dynamodb_inventory import DynamoDbInventoryStore
from services.transfer.adapters.dynamodb_lane_register import DynamoDbLaneRegister
from services.transfer.adapters.dynamodb_lane_targets import DynamoDbLaneTargets
from services.transfer.adapters.dynamodb_session_slots import DynamoDbSessionSlots
from services.transfer.adapters.dynamodb_transfer_store import RECORDS, DynamoDbTransferStore
from services.transfer.adapters.fenced_slots import FencedSlots
from services.transfer.adapters.s3_bucket_catalogue import S3BucketCatalogue
from services.transfer.adapters.s3_source_readers import Credentials, StsSourceReaders
from services.transfer.adapters.secretsmanager_credential_vault import SecretsManagerCredentialVault
from services.transfer.adapters.sqs_lane_queue import SqsLaneQueue, SqsMessageLease
from services.transfer.adapters.stepfunctions_workflow import StepFunctionsWorkflow
from services.transfer.adapters.thread_heart import ThreadHeart, pause
from services.transfer.domain.checksums import Algorithm, Crc
from services.transfer.domain.destination import Protocol
from services.transfer.domain.ports import (
    BucketCatalogue,
    ChunkLedger,
    CredentialVault,
    DestinationStore,
    Heart,
    HomeStore,
    InventoryStore,
    LaneQueue,
    LaneRegister,
    LaneTargets,
    MessageLease,
    Partners,
    Policy,
    Ports,
    SessionSlots,
    SourceReaders,
    TransferStore,
    Workflow,
)
from services.transfer.domain_services.stay_home import home_may_work
from services.transfer.settings import TransferSettings

SECONDS_OF_A_DAY = 86_400
CERTIFICATE_TOLD_DAYS = 30
SECRET_BYTES = 16  # of what is read back of a transfer, as request_transfer makes it
ID_BYTES = 10  # 80 random bits: no two transfers ever meet, and the part file's name stays short
# Of calls that leases wait for: all tries together are over before a lease is. (botocore counts
# `max_attempts` without the first try.)
QUICK = Config(
    retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=10
)
# Five tries with backoff; after that S3's error ends one lane's turn, not the transfer.
AWS_RETRIES = Config(
    retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=30
)
# S3 has no checksum for a ranged GET. We compute the CRC64NVME of every byte ourselves.
S3_READS = AWS_RETRIES.merge(
    Config(response_checksum_validation="when_required", s3={"addressing_style": "path"})
)


# Of a caller who waits for an answer. Whatever takes longer is found out later.
ONE_LOOK = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=1, read_timeout=2
)


class AwsPorts(Ports):
    """The fields of Ports. Each is made when it is first asked for."""

    def __init__(self, settings: TransferSettings) -> None:
        self._settings, self._table = settings, settings.transfers_table
        self._guard = AddressGuard.of(settings.allowed_networks)
        self._partner_seconds = settings.partner_timeout_seconds, settings.partner_session_seconds
        self._clients = AwsClients()

    @property
    def dynamodb(self) -> BaseClient:
        return self._clients.shared("dynamodb", QUICK)

    @property
    def sqs(self) -> BaseClient:
        return self._clients.shared("sqs", QUICK)

    def polling_sqs(self, config: Config) -> BaseClient:
        return self._clients.new("sqs", config)

    @cached_property
    def transfers(self) -> TransferStore:
        forgets = self.policy.synthetic_user
        return DynamoDbTransferStore(self.dynamodb, self._table, forgets=forgets)

    @cached_property
    def outbox(self) -> DynamoDbOutbox:
        return DynamoDbOutbox(self.dynamodb, self._table, RECORDS)

    @cached_property
    def ledger(self) -> ChunkLedger:
        return DynamoDbChunkLedger(self.dynamodb, self._table)

    @cached_property
    def inventories(self) -> InventoryStore:
        return DynamoDbInventoryStore(self.dynamodb, self._table)

    @cached_property
    def lanes(self) -> LaneRegister:
        return DynamoDbLaneRegister(self.dynamodb, self._table)

    @cached_property
    def home(self) -> HomeStore | None:
        settings = self._settings
        if not settings.peer_region:
            return None
        return DynamoDbHomeStore(
            self.dynamodb,
            self._peers_dynamodb,
            self._table,
            (settings.region, settings.peer_region),
            settings.home_region,
            settings.patience,
        )

    def _peers_dynamodb(self) -> BaseClient:
        settings = self._settings
        place = {"region_name": settings.peer_region}
        if settings.peer_endpoint:
            place["endpoint_url"] = settings.peer_endpoint
        return self._clients.new("dynamodb", ONE_LOOK, **place)

    @cached_property
    def slots(self) -> SessionSlots:
        slots = DynamoDbSessionSlots(self.dynamodb, self._table)
        home = self.home
        if home is None:
            return slots
        return FencedSlots(slots, home, lambda: home_may_work(home, self.now))

    @cached_property
    def targets(self) -> LaneTargets:
        return DynamoDbLaneTargets(self.dynamodb, self._table)

    @cached_property
    def destinations(self) -> DestinationStore:
        return DynamoDbDestinationStore(self.dynamodb, self._table)

    @cached_property
    def vault(self) -> CredentialVault:
        client, settings = self._clients.shared("secretsmanager", AWS_RETRIES), self._settings
        prefix, tags = settings.secret_prefix, settings.cost_tags("transfer")
        key, peer = settings.secrets_key, settings.peer_region
        return SecretsManagerCredentialVault(MadeSecrets(client, prefix, tags, key, peer))

    @cached_property
    def readers(self) -> SourceReaders:
        return self._readers

    @cached_property
    def quick_readers(self) -> SourceReaders:
        sts = self._clients.new("sts", ONE_LOOK)
        return self._readers_with(sts, S3_READS.merge(ONE_LOOK))

    @cached_property
    def buckets(self) -> BucketCatalogue:
        return S3BucketCatalogue(self._readers.browser)

    @cached_property
    def _readers(self) -> StsSourceReaders:
        return self._readers_with(self._clients.shared("sts", AWS_RETRIES), S3_READS)

    def _readers_with(self, sts: BaseClient, config: Config) -> StsSourceReaders:
        def reader(credentials: Credentials) -> BaseClient:
            return self._clients.new("s3", config, **credentials)

        role = self._settings.reader_role_arn
        return StsSourceReaders(sts, role, role.split(":")[1], reader)

    @cached_property
    def partners(self) -> Partners:
        from services.transfer.adapters.protocol_partners import ProtocolPartners

        makers: dict[Protocol, Callable[[], Partners]] = {
            Protocol.SFTP: lambda: self.sftp_partners,
            Protocol.FTP: lambda: self.ftp_partners,
            Protocol.FTPS: lambda: self.ftp_partners,
        }
        return ProtocolPartners(self._guard, makers)

    @cached_property
    def sftp_partners(self) -> Partners:
        from services.transfer.adapters.sftp_partners import SftpPartners

        timeout, of_session = self._partner_seconds
        return SftpPartners(self._guard, timeout, session_seconds=of_session)

    @cached_property
    def ftp_partners(self) -> Partners:
        from services.transfer.adapters.ftp_partners import FtpPartners

        timeout, of_session = self._partner_seconds
        seen = self.certificate_seen
        return FtpPartners(self._guard, timeout, session_seconds=of_session, certificate_seen=seen)

    def certificate_seen(self, destination_id: str, ends: datetime) -> None:
        """The metric has the least of all, and the log says whose it is."""
        days = (ends - self.now()).total_seconds() / SECONDS_OF_A_DAY
        self.meter.add("CertificateDaysLeft", days)
        if days < CERTIFICATE_TOLD_DAYS:
            logger().warning("certificate ends", destination_id=destination_id, days=round(days))

    @cached_property
    def queue(self) -> LaneQueue:
        settings = self._settings
        return SqsLaneQueue(self.sqs, settings.lane_queue_url, settings.long_lane_queue_url)

    @cached_property
    def workflow(self) -> Workflow:
        client = self._clients.shared("stepfunctions", AWS_RETRIES)
        return StepFunctionsWorkflow(client, self._settings.state_machine_arn)

    @cached_property
    def bus(self) -> EventPublisher:
        client = self._clients.shared("events", CALLS)
        return EventBusPublisher(client, self._settings.event_bus_name, "transfer")

    @cached_property
    def crcs(self) -> Mapping[Algorithm, Crc]:
        from services.transfer.adapters.awscrt_crcs import CRCS

        return CRCS

    @cached_property
    def heart(self) -> Heart:
        return ThreadHeart()

    @cached_property
    def pause(self) -> Callable[[float], None]:
        return pause

    @cached_property
    def meter(self) -> Meter:
        return TelemetryMeter()

    @cached_property
    def log_error(self) -> Callable[[str, Exception], None]:
        return lambda what, error: logger().error(what, exc_info=error)

    @cached_property
    def now(self) -> Callable[[], datetime]:
        return lambda: datetime.now(UTC)

    @cached_property
    def new_id(self) -> Callable[[], str]:
        return lambda: secrets.token_hex(ID_BYTES)

    @cached_property
    def random(self) -> Random:
        return SystemRandom()

    @cached_property
    def policy(self) -> Policy:
        return self._settings.policy


class Wiring:
    def __init__(self, settings: TransferSettings) -> None:
        self.settings = settings
        self.ports = AwsPorts(settings)

    @property
    def outbox(self) -> DynamoDbOutbox:
        return self.ports.outbox

    @property
    def carriage(self) -> Carriage:
        ports = self.ports
        table = self.settings.transfers_table
        return transfer_carriage(ports.dynamodb, table, lambda: secrets.token_hex(SECRET_BYTES))

    @property
    def sqs(self) -> BaseClient:
        return self.ports.sqs

    def message_lease(self, receipt_handle: str, queue_url: str | None = None) -> MessageLease:
        """Of a message of the lane queue, if it says no other one."""
        of = queue_url or self.settings.lane_queue_url
        return SqsMessageLease(self.sqs, of, receipt_handle)


def build() -> Wiring:
    return Wiring(TransferSettings.load())
