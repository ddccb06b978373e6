"""Destinations and transfers for another region. Ledgers, slots and timelines stay."""

from collections.abc import Callable

from botocore.client import BaseClient

from runtime.dynamodb.carriage import Carriage, Kind
from services.transfer.adapters.dynamodb_destination_store import PARTITION, destination_row
from services.transfer.adapters.dynamodb_transfer_store import RECORDS, transfer_row
from services.transfer.domain.carried import (
    alike,
    destination_arrives,
    transfer_arrives,
    transfer_leaves,
)
from services.transfer.domain.destination import Destination
from services.transfer.domain.transfer import Transfer


def transfer_carriage(client: BaseClient, table: str, secret: Callable[[], str]) -> Carriage:
    def arrives(transfer: Transfer, stored: Transfer | None) -> Transfer | None:
        return transfer_arrives(transfer, stored, secret())

    kinds = [
        Kind(
            "destination",
            Destination,
            PARTITION,
            f"{PARTITION}#",
            destination_row,
            lambda destination: destination,
            destination_arrives,
        ),
        Kind(
            "transfer",
            Transfer,
            RECORDS,
            "TRANSFER",
            transfer_row,
            transfer_leaves,
            arrives,
            alike=alike,
        ),
    ]
    return Carriage(client, table, kinds)
