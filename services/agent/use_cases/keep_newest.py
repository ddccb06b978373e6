"""Keeps what the newest event tells of a transfer."""

from services.agent.domain.known_transfer import KnownTransfer
from services.agent.domain.ports import Ports


def keep_newest(told: KnownTransfer, *, ports: Ports) -> None:
    """An event that comes late, or again, changes nothing."""
    ports.transfers.keep(told, expires_at=told.occurred_at + ports.keep_for)
