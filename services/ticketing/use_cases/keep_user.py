"""Keeps what auth tells of a user."""

from contracts.auth_events import UserFact
from services.ticketing.domain.ports import Ports
from services.ticketing.domain.user import User


def keep_user(fact: UserFact, *, ports: Ports) -> None:
    """An event that comes late, or again, changes nothing."""
    user = User(fact.user, fact.name, fact.email, fact.removed, fact.sequence)
    ports.users.keep(user)
