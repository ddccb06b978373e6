"""Which region works, in DynamoDB: a row in the table of each region."""

from collections.abc import Callable
from dataclasses import replace

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError

from runtime.dynamodb.items import from_item, to_item
from runtime.dynamodb.table import Table, put, row_key
from services.transfer.domain.errors import PeerUnreachable, StaleHome
from services.transfer.domain.home import Home, Patience

HOME = row_key("HOME", "HOME")
UNCHANGED = "attribute_not_exists(#pk) OR #version = :seen"


class DynamoDbHomeStore:
    """`client` is of this region and `peers` makes that of the other one, which is asked rarely.
    The table has the same name in both."""

    def __init__(
        self,
        client: BaseClient,
        peers: Callable[[], BaseClient],
        table: str,
        regions: tuple[str, str],
        home_region: str,
        patience: Patience,
    ) -> None:
        self._table, self._peers, self._name = Table(client, table), peers, table
        self.region, self.peer_region = regions
        self._home_region, self.patience = home_region, patience

    def mine(self) -> Home:
        return self._read(self._table, self.region)

    def peers(self) -> Home:
        try:
            return self._read(Table(self._peers(), self._name), self.peer_region)
        except (BotoCoreError, ClientError) as error:
            raise PeerUnreachable(self.peer_region, str(error)) from error

    def save(self, home: Home) -> Home | None:
        saved = replace(home, version=home.version + 1)
        row = put(HOME | to_item(saved), UNCHANGED, seen=home.version)
        return None if self._table.write([row], busy=StaleHome(self.region)) else saved

    def _read(self, table: Table, region: str) -> Home:
        row = table.read(HOME)
        return Home.first(region, self._home_region) if row is None else from_item(Home, row)
