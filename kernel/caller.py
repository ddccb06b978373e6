"""Who calls, and what admins granted. Only what a role or a grant names is allowed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

ALL = "*"


class Role(StrEnum):
    USER = "user"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    ADMIN = "admin"


SEE_ALL_TRANSFERS = frozenset({Role.OPERATOR, Role.AUDITOR, Role.ADMIN})


@dataclass(frozen=True)
class SourceGrant:
    """The keys of a bucket that begin with `prefix`. The bucket '*' stands for every bucket."""

    bucket: str
    prefix: str

    def is_for(self, bucket: str) -> bool:
        return self.bucket in (ALL, bucket)


@dataclass(frozen=True)
class Grants:
    sources: tuple[SourceGrant, ...] = ()
    destinations: tuple[str, ...] = ()  # ids, '*' for all


NO_GRANTS = Grants()


@dataclass(frozen=True)
class Caller:
    """The user behind a request, as the authorizer found them. Grants count only with a role."""

    name: str
    session_id: str
    roles: frozenset[Role]
    grants: Grants = NO_GRANTS

    @property
    def destinations(self) -> frozenset[str]:
        return frozenset(self.grants.destinations) if self.roles else frozenset()

    def has(self, roles: Iterable[Role]) -> bool:
        """Whether the caller has one of these roles."""
        return not self.roles.isdisjoint(roles)

    def may_see_transfers_of(self, owner: str) -> bool:
        return owner == self.name or self.has(SEE_ALL_TRANSFERS)

    def may_read(self, bucket: str, key: str) -> bool:
        """`key` may be a prefix. Then this says whether they may read everything under it."""
        return any(key.startswith(prefix) for prefix in self.prefixes(bucket))

    def prefixes(self, bucket: str) -> list[str]:
        return [each.prefix for each in self.grants.sources if self.roles and each.is_for(bucket)]

    def may_send_to(self, destination_id: str) -> bool:
        return not self.destinations.isdisjoint({ALL, destination_id})
