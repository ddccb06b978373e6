"""What a refused session tells: the login is wrong, or the server takes no more of them at once."""

from datetime import timedelta

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    KeyRejected,
    PartnerError,
    PasswordRejected,
    SecondFactorDemanded,
    SessionRefused,
    TooManySessions,
)
from services.transfer.domain.ports import Ports
from services.transfer.domain.session_names import lane_ticket, ledger_of
from services.transfer.domain_services.queue_lanes import is_driven

LOGIN_REFUSED = (PasswordRejected, KeyRejected, SecondFactorDemanded)
LOOK_AGAIN_SECONDS = 2.5  # a lane that has logged in says so with its next beat


def reason_of(error: PartnerError) -> str:
    """Beside other sessions of the same login, the login itself is not what is wrong."""
    refused = isinstance(error, LOGIN_REFUSED)
    return "it refused the login that it takes otherwise" if refused else str(error)


def note_refusal(destination: Destination, error: PartnerError, *, ports: Ports) -> PartnerError:
    """The error to tell. While other sessions of the login are open, some servers refuse one more
    with a word about the password. A destination that was never tested may never have let us in, so
    there a wrong password stays one: it would be sent until the account is locked.

    The profile keeps nothing of it. How many sessions a server takes is counted by tests, and lanes
    that are refused get fewer for a while, see lane_refusals."""
    tested = destination.profile is not None
    if not isinstance(error, SessionRefused) and not (tested and isinstance(error, LOGIN_REFUSED)):
        return error
    held = _holders(destination.id, ports=ports)
    others = _logged_in(held, ports=ports)
    if others < 1 and len(held) > 1:
        ports.pause(LOOK_AGAIN_SECONDS)
        others = _logged_in(_holders(destination.id, ports=ports), ports=ports)
    if others < 1:
        return error
    return TooManySessions(destination.host, destination.port, others, reason_of(error))


def _holders(destination_id: str, *, ports: Ports) -> set[str]:
    """Of slots, the one of the caller as well."""
    now = ports.now()
    until = now + timedelta(seconds=ports.policy.lease_seconds)
    return {slot.holder for slot in ports.slots.look(destination_id, now, until).held}


def _logged_in(held: set[str], *, ports: Ports) -> int:
    """Lanes that surely have a session. A slot alone tells nothing: whoever has it may be logging
    in with the same wrong password just now."""
    now = ports.now()
    ledgers = {ledger for each in held if (ledger := ledger_of(each)) is not None}
    lanes = [lane for each in ledgers for lane in ports.lanes.lanes(each)]
    return sum(
        lane_ticket(lane) in held
        and lane.session_since is not None
        and is_driven(lane, now, ports.policy)
        for lane in lanes
    )
