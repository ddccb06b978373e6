"""What is known of users in DynamoDB: one row for each."""

from botocore.client import BaseClient

from runtime.dynamodb.items import from_item, to_item
from runtime.dynamodb.table import Table, put, row_key
from services.ticketing.domain.errors import CaseBusy
from services.ticketing.domain.user import User

USER = "USER"


class DynamoDbUsers:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def read(self, name: str) -> User:
        row = self._table.read(row_key(f"U#{name}", USER))
        return from_item(User, row) if row else User(name)

    def keep(self, user: User) -> None:
        newer = "attribute_not_exists(#pk) OR #sequence <= :sequence"
        row = row_key(f"U#{user.name}", USER) | to_item(user)
        action = put(row, newer, sequence=user.sequence)
        self._table.write([action], busy=CaseBusy(f"U#{user.name}"))
