"""Changes what a connection watches, against everybody else who changes it at the same time."""

from collections.abc import Callable, Sequence

from contracts.websocket.client_messages import Watched
from services.progress.domain.audience import (
    EVERYBODY,
    Audience,
    Watch,
    of_conversation,
    of_owner,
    of_transfer,
)
from services.progress.domain.connection import Connection
from services.progress.domain.errors import ConnectionBusy, ConnectionOver
from services.progress.domain.ports import Ports

TRIES = 10  # messages of one connection that are handled at the same moment
Change = tuple[Connection, Sequence[Watch], Sequence[Watch]]  # (afterwards, joined, left)


def audiences_of(asked: Watched, connection: Connection) -> list[Audience]:
    if asked.transfers is not None:
        return [of_transfer(each) for each in dict.fromkeys(asked.transfers)]
    if asked.conversation is not None:
        return [of_conversation(connection.user, asked.conversation)]
    return [EVERYBODY if asked.scope == "all" else of_owner(connection.user)]


def change_connection(
    connection_id: str, decide: Callable[[Connection], Change | None], *, ports: Ports
) -> Connection:
    """Raises ConnectionOver, ConnectionBusy, and what `decide` raises."""
    for _ in range(TRIES):
        before = ports.connections.read(connection_id, ports.now())
        if before is None:
            raise ConnectionOver
        change = decide(before)
        if change is None:
            return before
        now, joined, left = change
        if ports.connections.store(now, before, joined, left):
            return now
    raise ConnectionBusy(connection_id)


def watches_of_lists(now: Connection, before: Connection, *, ports: Ports) -> list[Watch]:
    """Its lists' rows name what it watches by id. So they change with that."""
    if now.itself == before.itself:
        return []
    lists = [each for each in now.watches if each.is_list]
    return [now.watch(each, ports.now()) for each in lists]
