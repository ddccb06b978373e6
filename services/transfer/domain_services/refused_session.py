"""What a refused session tells: the login is wrong, or the server takes no more of them at once."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import (
    DestinationChanged,
    KeyRejected,
    PartnerError,
    PasswordRejected,
    SecondFactorDemanded,
    SessionRefused,
    TooManySessions,
)
from services.transfer.domain.ports import Ports
from services.transfer.domain.server_profile import SessionsFound

LOGIN_REFUSED = (PasswordRejected, KeyRejected, SecondFactorDemanded)


def reason_of(error: PartnerError) -> str:
    """Beside other sessions of the same login, the login itself is not what is wrong."""
    refused = isinstance(error, LOGIN_REFUSED)
    return "it refused the login that it takes otherwise" if refused else str(error)


def note_refusal(destination: Destination, error: PartnerError, *, ports: Ports) -> PartnerError:
    """The error to tell. While other sessions of the login are open, some servers refuse one more
    with a word about the password. What was found is kept, so that no more are opened from then on.
    A destination that was never tested has no place for it, so there a wrong password stays one: it
    would be sent again and again, until the account is locked."""
    tested = destination.profile
    if not isinstance(error, SessionRefused) and not (tested and isinstance(error, LOGIN_REFUSED)):
        return error
    now = ports.now()
    line = ports.slots.line(
        destination.id, now, now + timedelta(seconds=ports.policy.lease_seconds)
    )
    others, why = line.in_use.sessions - 1, reason_of(error)
    if others < 1:
        return error
    if tested is not None:
        profile = replace(tested, sessions=SessionsFound(others, now, refused=why))
        with suppress(DestinationChanged):  # by another lane that met the same, or by somebody
            ports.destinations.save(replace(destination, profile=profile))
    return TooManySessions(destination.host, destination.port, others, why)
