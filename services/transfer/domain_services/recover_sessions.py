"""Lets the number of sessions that a test counted grow again, slowly, until the server refuses."""

from contextlib import suppress
from dataclasses import replace

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import DestinationChanged, DestinationNotFound
from services.transfer.domain.ports import Ports
from services.transfer.domain.server_profile import SessionsFound


def recover_sessions(destination: Destination, *, ports: Ports) -> Destination:
    """Whoever begins to work there allows one session more, once a day. When the test was made, the
    partner may have had other guests, or a lower limit."""
    found = _refused(destination)
    if found is None or destination.sessions >= destination.max_sessions:
        return destination
    if not found.may_grow(ports.now()):
        return destination
    return _with(destination, found.grown(ports.now()), ports=ports)


def refused_again(destination: Destination, others: int, *, ports: Ports) -> None:
    """While `others` were open: what was counted still holds, and the time begins anew."""
    found = _refused(destination)
    if found is not None and found.raised and others >= found.at_once:
        _with(destination, found.confirmed(ports.now()), ports=ports)


def _refused(destination: Destination) -> SessionsFound | None:
    found = destination.profile.sessions if destination.profile is not None else None
    return found if found is not None and found.refused is not None else None


def _with(destination: Destination, found: SessionsFound, *, ports: Ports) -> Destination:
    if destination.profile is None:
        return destination
    changed = replace(destination, profile=replace(destination.profile, sessions=found))
    with suppress(DestinationChanged, DestinationNotFound):  # whoever changed it knows better
        return ports.destinations.save(changed)
    return destination
