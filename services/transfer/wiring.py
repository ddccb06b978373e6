"""The one place that names the transfer service's adapters and creates its clients."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from random import SystemRandom
from typing import Any

import boto3
from botocore.config import Config

from runtime.bus import EventBusPublisher
from runtime.inbox import Inbox
from services.transfer.adapters.address_guard import AddressGuard
from services.transfer.adapters.awscrt_crcs import CRCS
from services.transfer.adapters.dynamodb_chunk_ledger import DynamoDbChunkLedger
from services.transfer.adapters.dynamodb_destination_store import DynamoDbDestinationStore
from services.transfer.adapters.dynamodb_lane_register import DynamoDbLaneRegister
from services.transfer.adapters.dynamodb_session_slots import DynamoDbSessionSlots
from services.transfer.adapters.dynamodb_transfer_store import DynamoDbTransferStore
from services.transfer.adapters.s3_bucket_catalogue import S3BucketCatalogue
from services.transfer.adapters.s3_source_readers import Credentials, StsSourceReaders
from services.transfer.adapters.secretsmanager_credential_vault import (
    SecretsManagerCredentialVault,
)
from services.transfer.adapters.sftp_partners import SftpPartners
from services.transfer.adapters.sqs_lane_queue import SqsLaneQueue, SqsMessageLease
from services.transfer.adapters.stepfunctions_workflow import StepFunctionsWorkflow
from services.transfer.adapters.thread_heart import ThreadHeart
from services.transfer.domain.ports import MessageLease, Ports
from services.transfer.settings import TransferSettings

ID_BYTES = 10  # 80 random bits: no two transfers ever meet, and the part file's name stays short
# Of calls that leases wait for: all tries together are over long before a lease is.
QUICK = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=2, read_timeout=10)
# Five tries with backoff; after that S3's error ends one lane's turn, not the transfer.
AWS_RETRIES = Config(
    retries={"mode": "standard", "max_attempts": 5}, connect_timeout=5, read_timeout=30
)
# A ranged GET carries no checksum S3 could promise; ours is the CRC64NVME of every byte.
S3_READS = AWS_RETRIES.merge(
    Config(response_checksum_validation="when_required", s3={"addressing_style": "path"})
)


@dataclass(frozen=True)
class Wiring:
    settings: TransferSettings
    ports: Ports
    inbox: Inbox
    sqs: Any

    def message_lease(self, receipt_handle: str) -> MessageLease:
        return SqsMessageLease(self.sqs, self.settings.lane_queue_url, receipt_handle)


def build() -> Wiring:
    settings = TransferSettings.load()
    session = boto3.session.Session()

    def client(name: str, config: Config = AWS_RETRIES) -> Any:
        return session.client(name, config=config)

    def reader(credentials: Credentials) -> Any:
        return session.client("s3", config=S3_READS, **credentials)

    dynamodb, sqs = client("dynamodb", QUICK), client("sqs", QUICK)
    table = settings.transfers_table
    partition = settings.reader_role_arn.split(":")[1]
    readers = StsSourceReaders(client("sts"), settings.reader_role_arn, partition, reader)
    ports = Ports(
        transfers=DynamoDbTransferStore(dynamodb, table),
        ledger=DynamoDbChunkLedger(dynamodb, table),
        lanes=DynamoDbLaneRegister(dynamodb, table),
        slots=DynamoDbSessionSlots(dynamodb, table),
        destinations=DynamoDbDestinationStore(dynamodb, table),
        vault=SecretsManagerCredentialVault(client("secretsmanager"), settings.secret_prefix),
        readers=readers,
        buckets=S3BucketCatalogue(readers.browser),
        partners=SftpPartners(
            AddressGuard.of(settings.allowed_networks), settings.partner_timeout_seconds
        ),
        queue=SqsLaneQueue(sqs, settings.lane_queue_url),
        workflow=StepFunctionsWorkflow(client("stepfunctions"), settings.state_machine_arn),
        bus=EventBusPublisher(client("events", QUICK), settings.event_bus_name, "transfer"),
        crcs=CRCS,
        heart=ThreadHeart(),
        now=lambda: datetime.now(UTC),
        new_id=lambda: secrets.token_hex(ID_BYTES),
        random=SystemRandom(),
        policy=settings.policy,
    )
    inbox = Inbox(dynamodb, table, consumer="consumer")
    return Wiring(settings, ports, inbox, sqs)
