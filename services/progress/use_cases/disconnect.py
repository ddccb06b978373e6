"""Forgets a connection that has ended."""

from services.progress.domain.ports import Ports
from services.progress.domain_services.reach import forget


def disconnect(connection_id: str, *, ports: Ports) -> None:
    forget(connection_id, ports=ports)
