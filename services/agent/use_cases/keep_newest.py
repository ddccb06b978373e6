"""Keeps what the newest event tells of a transfer."""

from services.agent.domain.known_transfer import KnownTransfer
from services.agent.domain.ports import KnownPorts


def keep_newest(told: KnownTransfer, *, ports: KnownPorts) -> None:
    """An event that comes late, or again, changes nothing."""
    ports.transfers.keep(told, expires_at=told.occurred_at + ports.keep_for)
