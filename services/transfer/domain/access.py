"""Who may do what with transfers and destinations."""

from kernel.caller import Caller, Role
from services.transfer.domain.errors import DestinationNotGranted, RoleMissing, SourceNotGranted

SENDERS = frozenset({Role.USER, Role.OPERATOR, Role.ADMIN})
SEE_DESTINATIONS = frozenset({Role.OPERATOR, Role.AUDITOR, Role.ADMIN})
TEST_DESTINATIONS = frozenset({Role.OPERATOR, Role.ADMIN})


def require_role(caller: Caller, *roles: Role) -> None:
    """Raises RoleMissing unless the caller has one of them."""
    if not caller.has(roles):
        raise RoleMissing(tuple(sorted(roles)))


def require_grants(caller: Caller, bucket: str, key: str, destination_id: str) -> None:
    """Raises SourceNotGranted, DestinationNotGranted."""
    if not caller.may_read(bucket, key):
        raise SourceNotGranted(bucket, key)
    if not caller.may_send_to(destination_id):
        raise DestinationNotGranted(destination_id)


def may_see_destination(caller: Caller, destination_id: str) -> bool:
    return caller.may_send_to(destination_id) or caller.has(SEE_DESTINATIONS)
