"""Who may do what: nothing is allowed that neither a role nor a grant names."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.transfer.domain.errors import (
    DestinationNotGranted,
    RoleMissing,
    SourceNotGranted,
)

ALL = "*"


class Role(StrEnum):
    USER = "user"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    ADMIN = "admin"


SENDERS = frozenset({Role.USER, Role.OPERATOR, Role.ADMIN})
SEE_TRANSFERS = frozenset({Role.OPERATOR, Role.AUDITOR})
SEE_DESTINATIONS = frozenset({Role.OPERATOR, Role.AUDITOR, Role.ADMIN})
TEST_DESTINATIONS = frozenset({Role.OPERATOR, Role.ADMIN})


@dataclass(frozen=True)
class SourceGrant:
    """The keys of a bucket ('*': of every bucket) that begin with `prefix`."""

    bucket: str
    prefix: str

    def is_for(self, bucket: str) -> bool:
        return self.bucket in (ALL, bucket)


@dataclass(frozen=True)
class Caller:
    """The user behind a request, with what admins granted: nothing to whoever has no role."""

    name: str
    roles: frozenset[Role]
    sources: tuple[SourceGrant, ...] = ()
    destinations: frozenset[str] = frozenset()

    # --- what is granted ---------------------------------------------------------------------

    def may_read(self, bucket: str, key: str) -> bool:
        """`key` may be a prefix: then everything under it."""
        return any(key.startswith(prefix) for prefix in self.prefixes(bucket))

    def prefixes(self, bucket: str) -> list[str]:
        return [grant.prefix for grant in self.sources if self.roles and grant.is_for(bucket)]

    def may_send_to(self, destination_id: str) -> bool:
        return bool(self.roles) and not self.destinations.isdisjoint({ALL, destination_id})

    def require_grants(self, bucket: str, key: str, destination_id: str) -> None:
        """Raises SourceNotGranted, DestinationNotGranted."""
        if not self.may_read(bucket, key):
            raise SourceNotGranted(bucket, key)
        if not self.may_send_to(destination_id):
            raise DestinationNotGranted(destination_id)

    # --- what the roles allow ----------------------------------------------------------------

    def has(self, roles: Iterable[Role]) -> bool:
        return not self.roles.isdisjoint(roles)

    def require(self, *roles: Role) -> None:
        """Raises RoleMissing unless the caller has one of them."""
        if not self.has(roles):
            raise RoleMissing(sorted(role.value for role in roles))

    def may_see_transfer(self, owner: str) -> bool:
        return owner == self.name or self.has(SEE_TRANSFERS)

    def may_see_destination(self, destination_id: str) -> bool:
        return self.may_send_to(destination_id) or self.has(SEE_DESTINATIONS)
