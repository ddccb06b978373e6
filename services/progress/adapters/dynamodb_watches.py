"""The rows of watches: where they stand, and what is in them."""

from datetime import datetime, timedelta

from runtime.dynamodb.items import Item, epoch_seconds, to_attribute
from runtime.dynamodb.table import ANYWAY, Action, put, row_key
from services.progress.domain.audience import Audience, Watch

PREFIX = "W#"  # the last sort key of its partition: a query reads the state before the watches
SLACK = timedelta(minutes=10)  # for clocks that differ; then DynamoDB removes the row


def partition(audience: Audience, shard: int) -> str:
    return audience.name if shard == 0 else f"{audience.name}#{shard}"


def watch_key(audience: Audience, shard: int, connection_id: str) -> Item:
    return row_key(partition(audience, shard), f"{PREFIX}{connection_id}")


def key_of(watch: Watch) -> Item:
    return watch_key(watch.audience, watch.shard, watch.connection_id)


def put_watch(watch: Watch) -> Action:
    """In the place of an earlier one of the same connection."""
    values: dict[str, object] = {
        "user": watch.user,
        "sees_all": watch.sees_all,
        "since": watch.since,
        "ends_at": watch.ends_at,
        "shards": watch.shards,
        "itself": tuple(sorted(watch.itself)),
        "expires_at": epoch_seconds(watch.ends_at + SLACK),
    }
    row = {name: to_attribute(value) for name, value in values.items()}
    return put(key_of(watch) | row, ANYWAY)


def watch_of(item: Item, audience: Audience, shard: int) -> Watch:
    behind_until = item.get("behind_until")
    return Watch(
        audience,
        shard,
        item["sk"]["S"].removeprefix(PREFIX),
        item["user"]["S"],
        item["sees_all"]["BOOL"],
        datetime.fromisoformat(item["since"]["S"]),
        datetime.fromisoformat(item["ends_at"]["S"]),
        int(item["shards"]["N"]),
        frozenset(each["S"] for each in item["itself"]["L"]),
        datetime.fromisoformat(behind_until["S"]) if behind_until else None,
    )
