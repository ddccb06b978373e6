"""A session with a destination's server inside one of its session slots."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from services.transfer.domain.destination import Credential, Destination
from services.transfer.domain.errors import CredentialMissing, NoSessionFree
from services.transfer.domain.ports import PartnerSession, Ports

STEP_SLOT_SECONDS = 300.0  # a workflow step's own timeout: its slot is free again after a crash


@contextmanager
def partner_session(destination_id: str, holder: str, *, ports: Ports) -> Iterator[PartnerSession]:
    """For the short steps of a workflow; raises NoSessionFree and what connect raises."""
    destination = ports.destinations.read(destination_id)
    now = ports.now()
    until = now + timedelta(seconds=STEP_SLOT_SECONDS)
    slot = ports.slots.take(destination_id, destination.max_sessions, holder, now, until)
    if slot is None:
        raise NoSessionFree(destination_id, destination.max_sessions)
    try:
        with ports.partners.connect(*with_credential(destination_id, ports=ports)) as session:
            yield session
    finally:
        ports.slots.free(slot)


def with_credential(destination_id: str, *, ports: Ports) -> tuple[Destination, Credential]:
    """Raises CredentialMissing; not when it was only exchanged between the two reads."""
    destination = ports.destinations.read(destination_id)
    try:
        return destination, ports.vault.read(destination.secret_id)
    except CredentialMissing:
        latest = ports.destinations.read(destination_id)
        return latest, ports.vault.read(latest.secret_id)
