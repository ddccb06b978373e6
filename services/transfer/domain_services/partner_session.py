"""A session with a destination's server, inside leases that live as long as the work does."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    CredentialMissing,
    NoSessionFree,
    PartnerError,
    StepUnderWay,
)
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.session_names import step_holder, step_ticket
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.fail_transfer import end_trouble
from services.transfer.domain_services.refused_session import let_in_of_late, note_refusal
from services.transfer.domain_services.slot_pulse import SlotPulse


@dataclass(frozen=True)
class Visit:
    """A session, and the destination that it was opened with. Work in the session uses the paths of
    that destination, even if the destination was changed since."""

    session: PartnerSession
    destination: Destination


def partner_session(destination_id: str, *, ports: Ports) -> AbstractContextManager[Visit]:
    """Raises CredentialMissing, NoSessionFree, and what `Partners.connect` raises."""
    return _leased(destination_id, None, ports=ports)


def step_session(transfer: Transfer, *, ports: Ports) -> AbstractContextManager[Visit]:
    """For the steps of a transfer's workflow. Only one step of a transfer works at a time, although
    Step Functions may repeat a step whose first function still lives. A step that hangs when its
    transfer is cancelled meets the end of its connection. Raises StepUnderWay, and what
    partner_session raises."""
    return _leased(transfer.destination_id, transfer, ports=ports)


@contextmanager
def _leased(destination_id: str, transfer: Transfer | None, *, ports: Ports) -> Iterator[Visit]:
    destination, credential = with_credential(destination_id, ports=ports)
    pulse, holder, ticket = SlotPulse(ports, transfer), ports.new_id(), ""
    if transfer is not None:
        holder, ticket = step_holder(transfer.id, holder), step_ticket(transfer.id)
    with ExitStack() as stack:
        stack.callback(pulse.free)
        if transfer is not None and not pulse.take(f"transfer/{transfer.id}", 1, holder):
            raise StepUnderWay(transfer.id)
        if not pulse.take(destination_id, destination.sessions, holder, ticket):
            raise no_session(destination, ports=ports)
        pulse.calls_next = destination_id
        stack.enter_context(ports.heart.beating(pulse.beat, pulse.every_seconds))
        if transfer is not None:
            end_trouble(transfer, lambda tries: tries.waits, ports=ports)
        connecting = connected(destination, credential, pulse.wants_session, ports=ports)
        session = stack.enter_context(connecting)
        pulse.watch(session)
        yield Visit(session, destination)


def connected(
    destination: Destination,
    credential: Credential,
    wanted: Callable[[], bool],
    *,
    ports: Ports,
) -> PartnerSession:
    """As Partners.connect. Raises TooManySessions where the server takes fewer than we opened."""
    try:
        return ports.partners.connect(destination, credential, wanted)
    except PartnerError as error:
        told = note_refusal(destination, error, ports=ports)
        if told is error:
            raise
        raise told from error


def no_session(destination: Destination, *, ports: Ports) -> NoSessionFree:
    """For a step, which may have every session."""
    sessions, why = destination.sessions, "sessions"
    if sessions < destination.max_sessions:
        why = "server"
    let_in = let_in_of_late(destination, ports=ports)
    if let_in is not None:
        sessions, why = let_in, "refused"
    return NoSessionFree(destination.name, destination.id, sessions, sessions, why)


def with_credential(
    destination_id: str, *, ports: Ports, known: Destination | None = None
) -> tuple[Destination, Credential]:
    """The two belong together, because every new credential is stored under an id of its own. If
    the credential is replaced between the two reads, both are read once more. `known` was read just
    now. Raises CredentialMissing."""
    try:
        return _with_credential(known or ports.destinations.read(destination_id), ports)
    except CredentialMissing:
        return _with_credential(ports.destinations.read(destination_id), ports)


def _with_credential(destination: Destination, ports: Ports) -> tuple[Destination, Credential]:
    if destination.secret_id is None:
        raise CredentialMissing(destination.id)
    return destination, ports.vault.read(destination.secret_id)
