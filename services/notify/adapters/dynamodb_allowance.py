"""Counts a user's test messages of the last minute."""

from datetime import datetime, timedelta

from botocore.client import BaseClient

from runtime.dynamodb.items import Item, epoch_seconds, to_attribute
from runtime.dynamodb.table import Table, put, row_key
from services.notify.domain.errors import ChannelChanged

WITHIN = timedelta(minutes=1)
TRIES = 10  # a user who sends more than that at once is refused
SLACK = timedelta(minutes=10)  # for clocks that differ; then DynamoDB removes the row


class DynamoDbAllowance:
    """Implements Allowance."""

    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def take(self, user: str, most: int, now: datetime) -> float:
        key = row_key(f"TESTS#{user}", "TESTS")
        for _ in range(TRIES):
            row = self._table.read(key)
            recent = _recent(row, now)
            if len(recent) >= most:
                return (recent[-most] + WITHIN - now).total_seconds()
            if self._counted(key, row, (*recent, now)):
                return 0.0
        return WITHIN.total_seconds()

    def _counted(self, key: Item, before: Item | None, times: tuple[datetime, ...]) -> bool:
        """False when another call was counted since `before` was read."""
        version = int(before["version"]["N"]) if before else -1
        row = {
            "times": to_attribute(times),
            "version": to_attribute(version + 1),
            "expires_at": to_attribute(epoch_seconds(times[-1] + SLACK)),
        }
        same = "#version = :version" if before else "attribute_not_exists(#pk)"
        values = {"version": version} if before else {}
        return not self._table.write([put(key | row, same, **values)], ChannelChanged("tests"))


def _recent(row: Item | None, now: datetime) -> tuple[datetime, ...]:
    """A time far in the future is a clock's that ran ahead, and does not count."""
    times = [datetime.fromisoformat(each["S"]) for each in row["times"]["L"]] if row else []
    return tuple(sorted(each for each in times if now - WITHIN < each < now + WITHIN))
