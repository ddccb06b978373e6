"""Turns the contracts' form of a request's caller into the kernel's."""

from contracts import caller as contract
from kernel.caller import Caller, Grants, Role, SourceGrant


def caller_of(found: contract.Caller) -> Caller:
    roles = frozenset(Role(role) for role in found.roles)
    return Caller(found.user, found.session_id, roles, grants_of(found.grants))


def grants_of(found: contract.Grants) -> Grants:
    sources = tuple(SourceGrant(each.bucket, each.prefix) for each in found.sources)
    return Grants(sources, found.destinations)
