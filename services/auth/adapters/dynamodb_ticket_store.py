"""Tickets for WebSockets in DynamoDB. Each can be taken once."""

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, epoch_seconds, from_item, to_attribute, to_item
from runtime.dynamodb.table import Table, delete, put, row_key
from services.auth.domain.errors import TokenRefused
from services.auth.domain.ticket import LIFETIME, Ticket


class DynamoDbTicketStore:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def keep(self, ticket: Ticket) -> None:
        expires_at = {"expires_at": to_attribute(epoch_seconds(ticket.made_at + LIFETIME))}
        row = _key(ticket.ticket_hash) | to_item(ticket) | expires_at
        if self._table.write([put(row, "attribute_not_exists(#pk)")], busy=_busy()):
            raise _busy()

    def take(self, ticket_hash: str) -> Ticket | None:
        key = _key(ticket_hash)
        row = self._table.read(key)
        if row is None:
            return None
        refused = self._table.write([delete(key, "attribute_exists(#pk)")], busy=_busy())
        return None if refused else from_item(Ticket, row)


def _busy() -> TokenRefused:
    return TokenRefused("others use the same ticket at this moment")


def _key(ticket_hash: str) -> Item:
    return row_key(f"TICKET#{ticket_hash}", "TICKET")
