"""Answers a client that asks whether the service is still there."""

from contracts.websocket.client_messages import Ping
from contracts.websocket.server_messages import Pong
from services.progress.domain.errors import ConnectionOver
from services.progress.domain.ports import Ports
from services.progress.domain_services.reach import reach


def answer_ping(connection_id: str, asked: Ping, *, ports: Ports) -> None:
    """A client that only listens asks nothing else. If its connection is known no more, it would
    wait for changes for ever. Raises ConnectionOver."""
    now = ports.now()
    if ports.connections.read(connection_id, now) is None:
        raise ConnectionOver
    pong = Pong(request_id=asked.request_id, sent_at=now)
    reach(connection_id, [pong.model_dump_json()], (), ports=ports)
