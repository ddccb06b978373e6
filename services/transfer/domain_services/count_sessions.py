"""Finds out how many sessions a server opens at once, one after the other and no more than allowed.

Each one stands for a slot of the destination. So the partner never sees more than max_sessions,
and transfers do not meet a server that is full of sessions of a test.
"""

from contextlib import ExitStack
from datetime import datetime, timedelta

from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import PartnerError
from services.transfer.domain.ports import Ports
from services.transfer.domain.server_profile import SessionsFound
from services.transfer.domain.session_bound import SessionBound
from services.transfer.domain_services.partner_session import Visit, with_credential
from services.transfer.domain_services.refused_session import reason_of
from services.transfer.domain_services.slot_pulse import SlotPulse

# Each login is over before the next one begins, so MaxStartups of OpenSSH never counts two of them.
# Servers that count logins by the minute get them with pauses, which are never the same.
PAUSE_SECONDS, JITTER_SECONDS = 0.3, 0.4
IN_USE = "Transfers use sessions there or wait for them. Test it again when they are done."
NO_TIME = "A test has no more time than this."


def count_sessions(visit: Visit, until: datetime, *, ports: Ports) -> SessionsFound:
    """Beside the session of the `visit`, until then at most. It stops at the first refusal. Nothing
    is tried while others have sessions with that destination, or wait for one."""
    now, destination = ports.now(), visit.destination
    lease_end = now + timedelta(seconds=ports.policy.lease_seconds)
    line = ports.slots.line(destination.id, now, lease_end)
    if line.in_use.sessions > 1 or line.waiters:
        return SessionsFound(1, now, untried=IN_USE)
    destination, credential = with_credential(destination.id, ports=ports, known=destination)
    pulse = SlotPulse(ports)
    ports.slots.unbind(destination.id)  # what was refused before is what is found out now
    with ExitStack() as opened:
        opened.callback(pulse.free)
        pulse.calls_next = destination.id
        opened.enter_context(ports.heart.beating(pulse.beat, pulse.every_seconds))
        found = _Count(destination, credential, until, pulse, opened, ports).run()
        _keep_bound(destination, line.in_use.most, found, ports=ports)
        return found


def _keep_bound(
    destination: Destination, most: int | None, found: SessionsFound, *, ports: Ports
) -> None:
    """A test that came to its end before it reached what was refused found out nothing of that."""
    if most is not None and found.untried is not None and found.at_once <= most:
        ports.slots.bind(SessionBound(destination.id, most, ports.now()))


class _Count:
    def __init__(
        self,
        destination: Destination,
        credential: Credential,
        until: datetime,
        pulse: SlotPulse,
        opened: ExitStack,
        ports: Ports,
    ) -> None:
        self._destination, self._credential, self._until = destination, credential, until
        self._pulse, self._opened, self._ports = pulse, opened, ports

    def run(self) -> SessionsFound:
        for count in range(1, self._destination.max_sessions):
            seconds = PAUSE_SECONDS + JITTER_SECONDS * self._ports.random.random()
            if not self._is_time_left(seconds):
                return self._found(count, untried=NO_TIME)
            self._ports.pause(seconds)
            if not self._pulse.take(
                self._destination.id, self._destination.max_sessions, self._ports.new_id()
            ):
                return self._found(count, untried=IN_USE)
            try:
                self._open()
            except PartnerError as error:
                if self._wanted():
                    return self._found(count, refused=reason_of(error))
                return self._found(count, untried=NO_TIME)
        return self._found(self._destination.max_sessions)

    def _open(self) -> None:
        connect = self._ports.partners.connect
        session = connect(self._destination, self._credential, self._wanted)
        self._opened.enter_context(session)
        self._pulse.logged_in()

    def _wanted(self) -> bool:
        return self._is_time_left() and not self._pulse.is_lost

    def _is_time_left(self, seconds: float = 0) -> bool:
        return self._ports.now() + timedelta(seconds=seconds) < self._until

    def _found(
        self, count: int, *, refused: str | None = None, untried: str | None = None
    ) -> SessionsFound:
        return SessionsFound(count, self._ports.now(), refused, untried)
