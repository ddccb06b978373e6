"""Connections in DynamoDB: a row for each, one in its user's list, and its watches."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from botocore.client import BaseClient

from kernel.caller import Role
from runtime.dynamodb.items import Item, epoch_seconds, to_attribute
from runtime.dynamodb.table import ANYWAY, Action, Table, check, delete, put, row_key
from services.progress.adapters.dynamodb_watches import (
    SLACK,
    key_of,
    put_watch,
    watch_key,
)
from services.progress.domain.audience import Audience, Watch
from services.progress.domain.connection import (
    LASTS,
    ChangedUser,
    Connection,
    OfUser,
    UsersConnections,
)
from services.progress.domain.errors import ConnectionBusy

MAX_ACTIONS = 100  # of one transaction
REMOVE_TRIES = 10  # a message of the connection itself may change the row in between
CHANGE_KEPT = timedelta(days=90)  # longer than events come late: an older change is told apart
ROW, CHANGED, CLOSED, OPEN = "CONNECTION", "CHANGED", "CLOSED#", "C#"
EXISTS, SAME = "attribute_exists(#pk)", "#version = :version"


class DynamoDbConnections:
    def __init__(self, client: BaseClient, table: str) -> None:
        self._table = Table(client, table)

    def add(self, connection: Connection) -> None:
        listed = _of_user_key(connection.user, connection.id) | _attributes(
            session_id=connection.session_id,
            roles=_written(connection.roles),
            connected_at=connection.connected_at,
            expires_at=epoch_seconds(connection.ends_at + SLACK),
        )
        actions = [put(_row(connection), ANYWAY), put(listed, ANYWAY)]
        self._table.write(actions, ConnectionBusy(connection.id))

    def read(self, connection_id: str, now: datetime) -> Connection | None:
        row = self._table.read(_key(connection_id))
        connection = _connection(row) if row else None
        return connection if connection and connection.ends_at > now else None

    def store(
        self, now: Connection, before: Connection, joined: Sequence[Watch], left: Sequence[Watch]
    ) -> bool:
        """The first transaction stores what there is to clean up, so a crash between two leaves
        nothing behind that nobody finds."""
        busy = ConnectionBusy(now.id)
        row = _row(now, before.version + 1)
        rows = [put_watch(each) for each in joined]
        rows += [delete(key_of(each), ANYWAY) for each in left]
        first: list[Action] = [put(row, SAME, version=before.version), *rows[: MAX_ACTIONS - 1]]
        if self._table.write(first, busy):
            return False
        rest = rows[MAX_ACTIONS - 1 :]
        for start in range(0, len(rest), MAX_ACTIONS - 1):
            some = rest[start : start + MAX_ACTIONS - 1]
            if self._table.write([check(_key(now.id), EXISTS), *some], busy):
                return False
        return True

    def remove(self, connection_id: str) -> None:
        """First the row, so that nothing is added any more; then all that it names."""
        for _ in range(REMOVE_TRIES):
            row = self._table.read(_key(connection_id))
            if row is None:
                return
            gone = _connection(row)
            taken = delete(_key(connection_id), SAME, version=gone.version)
            if not self._table.write([taken], ConnectionBusy(connection_id)):
                break
        else:
            raise ConnectionBusy(connection_id)
        rows = [watch_key(*place, connection_id) for place in gone.watches.items()]
        rows.append(_of_user_key(gone.user, connection_id))
        for start in range(0, len(rows), MAX_ACTIONS):
            actions = [delete(each, ANYWAY) for each in rows[start : start + MAX_ACTIONS]]
            self._table.write(actions, ConnectionBusy(connection_id))

    def of_user(self, user: str, now: datetime) -> UsersConnections:
        found: list[OfUser] = []
        closed: set[str] = set()
        changed = None
        for row in self._table.rows("#pk = :pk", {"pk": f"U#{user}"}):
            sort = row["sk"]["S"]
            if sort == CHANGED and datetime.fromisoformat(row["until"]["S"]) > now:
                changed = _changed(user, row)
            elif sort.startswith(CLOSED) and datetime.fromisoformat(row["until"]["S"]) > now:
                closed.add(sort.removeprefix(CLOSED))
            elif sort.startswith(OPEN):
                found.append(_of_user(sort, row))
        alive = [each for each in found if each.connected_at + LASTS > now]
        alive.sort(key=lambda each: (each.connected_at, each.id))
        return UsersConnections(alive, closed, changed)

    def bury_session(self, user: str, session_id: str, until: datetime) -> None:
        row = row_key(f"U#{user}", f"{CLOSED}{session_id}")
        row |= _attributes(until=until, expires_at=epoch_seconds(until + SLACK))
        buried = put(row, "attribute_not_exists(#pk)")  # the same event may come again
        self._table.write([buried], ConnectionBusy(session_id))

    def bury_rights(self, changed: ChangedUser, until: datetime) -> bool:
        key = row_key(f"U#{changed.name}", CHANGED)
        row = key | _attributes(
            roles=_written(changed.roles),
            may_stay=changed.may_stay,
            sequence=changed.sequence,
            until=until,
            expires_at=epoch_seconds(until + CHANGE_KEPT),
        )
        newest = "attribute_not_exists(#pk) OR #sequence < :sequence"
        buried = put(row, newest, sequence=changed.sequence)
        if not self._table.write([buried], ConnectionBusy(changed.name)):
            return True
        known = self._table.read(key)
        return known is not None and int(known["sequence"]["N"]) == changed.sequence


def _key(connection_id: str) -> Item:
    return row_key(f"C#{connection_id}", ROW)


def _of_user_key(user: str, connection_id: str) -> Item:
    return row_key(f"U#{user}", f"{OPEN}{connection_id}")


def _attributes(**values: object) -> Item:
    return {name: to_attribute(value) for name, value in values.items()}


def _written(roles: Iterable[Role]) -> tuple[str, ...]:
    return tuple(sorted(role.value for role in roles))


def _roles(row: Item) -> frozenset[Role]:
    return frozenset(Role(each["S"]) for each in row["roles"]["L"])


def _row(connection: Connection, version: int = 0) -> Item:
    watches = {each.name: to_attribute(shard) for each, shard in connection.watches.items()}
    return (
        _key(connection.id)
        | _attributes(
            user=connection.user,
            session_id=connection.session_id,
            roles=_written(connection.roles),
            connected_at=connection.connected_at,
            asked=tuple(connection.asked),
            version=version,
            expires_at=epoch_seconds(connection.ends_at + SLACK),
        )
        | {"watches": {"M": watches}}
    )


def _connection(row: Item) -> Connection:
    return Connection(
        row["pk"]["S"].removeprefix("C#"),
        row["user"]["S"],
        row["session_id"]["S"],
        _roles(row),
        datetime.fromisoformat(row["connected_at"]["S"]),
        {Audience(name): int(shard["N"]) for name, shard in row["watches"]["M"].items()},
        tuple(datetime.fromisoformat(each["S"]) for each in row["asked"]["L"]),
        int(row["version"]["N"]),
    )


def _of_user(sort: str, row: Item) -> OfUser:
    at = datetime.fromisoformat(row["connected_at"]["S"])
    return OfUser(sort.removeprefix(OPEN), row["session_id"]["S"], _roles(row), at)


def _changed(user: str, row: Item) -> ChangedUser:
    return ChangedUser(user, _roles(row), row["may_stay"]["BOOL"], int(row["sequence"]["N"]))
