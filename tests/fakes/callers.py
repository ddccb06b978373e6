"""Callers of every kind. Ann may send everything, Bob nothing. Each of the others has a role."""

from contracts import caller as contract
from kernel.caller import Caller, Grants, Role, SourceGrant

EVERYTHING = (SourceGrant("*", ""),)
EVERYWHERE = ("*",)


def a_caller(
    name: str,
    *roles: Role,
    sources: tuple[SourceGrant, ...] = (),
    destinations: tuple[str, ...] = (),
) -> Caller:
    return Caller(name, "s-1", frozenset(roles), Grants(sources, destinations))


ANN = a_caller("ann", Role.USER, sources=EVERYTHING, destinations=EVERYWHERE)
BOB = a_caller("bob", Role.USER)
OPERATOR = a_caller("olga", Role.OPERATOR)
AUDITOR = a_caller("auden", Role.AUDITOR)
ADMIN = a_caller("ada", Role.ADMIN)
ANN_AS_ADMIN = a_caller("ann", Role.USER, Role.ADMIN, sources=EVERYTHING, destinations=EVERYWHERE)


def as_context(caller: Caller) -> dict[str, str]:
    """What API Gateway puts into `requestContext.authorizer`."""
    found = contract.Caller(
        user=caller.name,
        session_id=caller.session_id,
        roles=tuple(role.value for role in sorted(caller.roles)),
        grants=contract.Grants(
            sources=tuple(
                contract.SourceGrant(bucket=each.bucket, prefix=each.prefix)
                for each in caller.grants.sources
            ),
            destinations=caller.grants.destinations,
        ),
    )
    return {"principalId": caller.name, "caller": found.model_dump_json()}
