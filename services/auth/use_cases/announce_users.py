"""Tells of the users who are there already, for services that are newer than they are."""

from dataclasses import dataclass

from services.auth.domain.errors import UserChanged, UserNotFound
from services.auth.domain.ports import Ports
from services.auth.domain.user import User
from services.auth.domain_services.announce import user_as_it_is

TRIES = 5  # because others may change the same user at the same moment
AT_ONCE = 100  # users; each is a transaction, so these take a few seconds


@dataclass(frozen=True)
class Announced:
    """`cursor` is None after the last page."""

    users: int
    cursor: str | None


def announce_users(cursor: str | None, limit: int = AT_ONCE, *, ports: Ports) -> Announced:
    """The users of one page. An event is stored only while its user is as it says, so no reader
    takes an older state for a newer one. Whoever is told twice is told the same.

    Raises FieldInvalid. Raises UserChanged when others were faster at each try: then the same page
    can be announced again.
    """
    page = ports.users.page(limit, cursor)
    told = sum(_announce(user, ports=ports) for user in page.items)
    return Announced(told, page.cursor)


def _announce(listed: User, *, ports: Ports) -> bool:
    """False for a user who was removed meanwhile, which an event of its own has told."""
    user = listed  # the list may be behind, which the store notices by the version
    for _ in range(TRIES):
        try:
            ports.users.announce(user, user_as_it_is(user, ports=ports), ports.now())
        except UserChanged:
            try:
                user = ports.users.read(listed.name)
            except UserNotFound:
                return False
        else:
            return True
    raise UserChanged(listed.name)
