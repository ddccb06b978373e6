"""What a call says about its caller, in the domain's words."""

from typing import Any

from contracts import caller as contract
from runtime.calls import Call
from services.transfer.domain.access import Caller, Role, SourceGrant
from services.transfer.domain.ports import Idempotency


def caller_of(call: Call[Any]) -> Caller:
    return caller(call.caller)


def caller(found: contract.Caller) -> Caller:
    return Caller(
        name=found.user,
        roles=frozenset(Role(role) for role in found.roles),
        sources=tuple(SourceGrant(each.bucket, each.prefix) for each in found.grants.sources),
        destinations=frozenset(found.grants.destinations),
    )


def idempotency_of(call: Call[Any]) -> Idempotency | None:
    scope = call.idempotency_scope
    return Idempotency(scope, call.body_hash) if scope is not None else None
