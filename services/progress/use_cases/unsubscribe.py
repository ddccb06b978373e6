"""Has a connection told no more of some transfers, of a list, or of a conversation."""

from contracts.websocket.client_messages import Unsubscribe
from services.progress.domain.connection import Connection
from services.progress.domain.ports import Ports
from services.progress.domain_services.ask import (
    Change,
    audiences_of,
    change_connection,
    watches_of_lists,
)


def unsubscribe(connection_id: str, asked: Unsubscribe, *, ports: Ports) -> None:
    """What is not watched is left as it is. Raises ConnectionOver, ConnectionBusy."""

    def decide(before: Connection) -> Change | None:
        audiences = audiences_of(asked, before)
        watched = [each for each in audiences if each in before.watches]
        if not watched:
            return None
        now = before.without(watched)
        left = [before.watch(each, ports.now()) for each in watched]
        return now, watches_of_lists(now, before, ports=ports), left

    change_connection(connection_id, decide, ports=ports)
