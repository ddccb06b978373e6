"""The one place that names the skeleton service's adapters and creates its clients."""

from dataclasses import dataclass

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config

from infra.new_service.skeleton.adapters.dynamodb_known_transfers import DynamoDbKnownTransfers
from infra.new_service.skeleton.domain.ports import Ports
from infra.new_service.skeleton.settings import SkeletonSettings

# All tries of a call take less than the 15 s that the consumer keeps for one more record.
AWS_CALLS = Config(
    retries={"mode": "standard", "max_attempts": 3}, connect_timeout=1, read_timeout=2
)


@dataclass(frozen=True)
class Wiring:
    ports: Ports
    sqs: BaseClient


def build() -> Wiring:
    settings = SkeletonSettings.load()
    session = botocore.session.get_session()
    dynamodb = session.create_client("dynamodb", config=AWS_CALLS)
    ports = Ports(
        transfers=DynamoDbKnownTransfers(dynamodb, settings.skeleton_table),
        keep_for=settings.keep_for,
    )
    return Wiring(ports, session.create_client("sqs", config=AWS_CALLS))
