"""What a refused session tells: the login is wrong, or the server takes no more of them at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    ConnectionLost,
    ConnectionRefused,
    ConnectionTimedOut,
    KeyRejected,
    PartnerError,
    PasswordRejected,
    SecondFactorDemanded,
    SessionRefused,
    TooManySessions,
    TransferError,
)
from services.transfer.domain.lane import Slot
from services.transfer.domain.line_places import SessionsSeen
from services.transfer.domain.ports import Ports
from services.transfer.domain.session_bound import SessionBound
from services.transfer.domain.session_names import lane_ticket, ledger_of
from services.transfer.domain_services.queue_lanes import is_driven
from services.transfer.domain_services.recover_sessions import refused_again

LOGIN_REFUSED = (PasswordRejected, KeyRejected, SecondFactorDemanded)
CUT = (ConnectionLost, ConnectionRefused, ConnectionTimedOut)
CUT_IN_A_ROW = 3  # before a session; that the server is full is then more likely than the line
LOOK_AGAIN_SECONDS = 2.5  # a lane that has logged in says so with its next beat


def reason_of(error: PartnerError) -> str:
    """Beside other sessions of the same login, the login itself is not what is wrong."""
    refused = isinstance(error, LOGIN_REFUSED)
    return "it refused the login that it takes otherwise" if refused else str(error)


def note_refusal(destination: Destination, error: PartnerError, *, ports: Ports) -> PartnerError:
    """The error to tell. While other sessions of the login are open, some servers refuse one more
    with a word about the password. A destination that was never tested may never have let us in, so
    there a wrong password stays one: it would be sent until the account is locked.

    No more sessions than are open are given out for a while. How many a server takes is counted by
    tests: the profile keeps nothing of it, see recover_sessions. Lanes get fewer, see
    lane_refusals."""
    tested = destination.profile is not None
    if not isinstance(error, SessionRefused) and not (tested and isinstance(error, LOGIN_REFUSED)):
        return error
    at, seen = ports.now(), _look(destination.id, ports=ports)
    # of an older credential they tell nothing about this one
    after = destination.credential_at if isinstance(error, LOGIN_REFUSED) else None
    others = _logged_in(seen.held, after, ports=ports)
    if others < len(seen.held) - 1:
        ports.pause(LOOK_AGAIN_SECONDS)
        at, seen = ports.now(), _look(destination.id, ports=ports)
        others = max(others, _logged_in(seen.held, after, ports=ports))
    if others:
        _bind(destination, others, at, ports=ports)
    elif not isinstance(error, LOGIN_REFUSED) or _most(seen, destination) is None:
        return error  # else it may still count a session that has just ended
    return TooManySessions(destination.host, destination.port, others, reason_of(error))


def full(
    destination_id: str, error: TransferError, failures: int, *, ports: Ports
) -> TooManySessions | None:
    """Whether the lane that got no session should wait for one of ours to end. Some servers that
    are full say nothing and end the connection."""
    if isinstance(error, TooManySessions):
        return error if error.others else None
    if not isinstance(error, CUT) or failures < CUT_IN_A_ROW:
        return None
    destination, at = ports.destinations.read(destination_id), ports.now()
    others = _logged_in(_look(destination_id, ports=ports).held, ports=ports)
    if not others:
        return None
    _bind(destination, others, at, ports=ports)
    return TooManySessions(destination.host, destination.port, others, str(error))


def _bind(destination: Destination, others: int, at: datetime, *, ports: Ports) -> None:
    """`at`: when they were counted."""
    ports.slots.bind(SessionBound(destination.id, others, at))
    refused_again(destination, others, ports=ports)


def _look(destination_id: str, *, ports: Ports) -> SessionsSeen:
    """The caller has a slot as well."""
    now = ports.now()
    until = now + timedelta(seconds=ports.policy.lease_seconds)
    return ports.slots.look(destination_id, now, until)


def let_in_of_late(destination: Destination, *, ports: Ports) -> int | None:
    """How many sessions the server let in when it refused one more. None where it did not, or where
    as many as ever are tried again."""
    return _most(_look(destination.id, ports=ports), destination)


def _most(seen: SessionsSeen, destination: Destination) -> int | None:
    return seen.most if seen.most is not None and seen.most < destination.sessions else None


def _logged_in(held: Sequence[Slot], after: datetime | None = None, *, ports: Ports) -> int:
    """Lanes, steps and tests that surely have a session, which began `after`. A slot alone tells
    nothing: whoever has it may be logging in with the same wrong password just now."""
    now, holders = ports.now(), {slot.holder for slot in held}
    ledgers = {ledger for each in holders if (ledger := ledger_of(each)) is not None}
    lanes = [lane for each in ledgers for lane in ports.lanes.lanes(each)]
    others = sum(slot.logged_in and _began(slot.since, after) for slot in held)
    return others + sum(
        lane_ticket(lane) in holders
        and lane.session_since is not None
        and _began(lane.session_since, after)
        and is_driven(lane, now, ports.policy)
        for lane in lanes
    )


def _began(since: datetime | None, after: datetime | None) -> bool:
    return after is None or (since is not None and since > after)
