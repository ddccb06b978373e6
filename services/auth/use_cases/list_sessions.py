"""Shows the caller their open sessions."""

from kernel.caller import Caller
from services.auth.domain.ports import Ports
from services.auth.domain.session import Session
from services.auth.domain_services.read_me import read_me

MOST = 100  # a user has 20; more only while logins are under way, or after logins that broke off


def list_own_sessions(caller: Caller, *, ports: Ports) -> list[Session]:
    """Newest first, and only those that may still be used: a row may be closed a while after its
    user or its time has ended it. Raises SessionOver."""
    user, _ = read_me(caller, ports=ports)
    now = ports.now()
    found = reversed(ports.sessions.open_sessions(user.name))
    good = [each for each in found if each.ended_by(user) is None and each.over(now) is None]
    return good[:MOST]
