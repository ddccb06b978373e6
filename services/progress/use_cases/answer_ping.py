"""Answers a ping, so that a client knows that its connection is still of use."""

from contracts.websocket.client_messages import Ping
from contracts.websocket.server_messages import Pong
from services.progress.domain.errors import ConnectionOver
from services.progress.domain.ports import Ports
from services.progress.domain_services.reach import reach


def answer_ping(connection_id: str, asked: Ping, *, ports: Ports) -> None:
    """A connection that could not be ended is still open. Its client has to hear that nothing is
    told there any more, and often it does nothing but ping. Raises ConnectionOver."""
    if ports.connections.read(connection_id, ports.now()) is None:
        raise ConnectionOver
    pong = Pong(request_id=asked.request_id, sent_at=ports.now())
    reach(connection_id, [pong.model_dump_json()], (), ports=ports)
