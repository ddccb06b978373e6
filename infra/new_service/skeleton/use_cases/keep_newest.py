"""Keeps what the newest event tells of a transfer."""

from infra.new_service.skeleton.domain.known_transfer import KnownTransfer
from infra.new_service.skeleton.domain.ports import Ports


def keep_newest(told: KnownTransfer, *, ports: Ports) -> None:
    """An event that comes late, or again, changes nothing."""
    ports.transfers.keep(told, expires_at=told.occurred_at + ports.keep_for)
