"""Callers of every kind. Ann may send everything, Bob nothing. Each of the others has a role."""

from contracts import caller as contract
from services.transfer.domain.access import Caller, Role, SourceGrant

EVERYTHING = (SourceGrant("*", ""),)
EVERYWHERE = frozenset({"*"})

ANN = Caller("ann", frozenset({Role.USER}), EVERYTHING, EVERYWHERE)
BOB = Caller("bob", frozenset({Role.USER}))
OPERATOR = Caller("olga", frozenset({Role.OPERATOR}))
AUDITOR = Caller("auden", frozenset({Role.AUDITOR}))
ADMIN = Caller("ada", frozenset({Role.ADMIN}))
ANN_AS_ADMIN = Caller("ann", frozenset({Role.USER, Role.ADMIN}), EVERYTHING, EVERYWHERE)


def as_context(caller: Caller) -> dict[str, str]:
    """What API Gateway puts into `requestContext.authorizer`."""
    found = contract.Caller(
        user=caller.name,
        session_id="s-1",
        roles=tuple(role.value for role in sorted(caller.roles)),
        grants=contract.Grants(
            sources=tuple(
                contract.SourceGrant(bucket=each.bucket, prefix=each.prefix)
                for each in caller.sources
            ),
            destinations=tuple(sorted(caller.destinations)),
        ),
    )
    return {"principalId": caller.name, "caller": found.model_dump_json()}
