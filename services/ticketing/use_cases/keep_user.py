"""Keeps what auth tells of a user."""

from contracts.auth_events import UserFact
from services.ticketing.domain.ports import Ports
from services.ticketing.domain.user import User


def keep_user(fact: UserFact, *, ports: Ports) -> None:
    """An event that comes late changes nothing. One from before it had a name leaves that alone."""
    name, email = fact.name, fact.email
    if name is None and not fact.removed:
        known = ports.users.read(fact.user)
        name, email = known.full_name, known.email
    ports.users.keep(User(fact.user, name, email, fact.removed, fact.sequence))
