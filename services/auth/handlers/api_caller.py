"""The caller of a request in the words of the domain, and the scope of their Idempotency-Key."""

from typing import Any

from runtime.calls import Call
from services.auth.domain.ports import Idempotency
from services.auth.domain.user import Caller, Role


def caller_of(call: Call[Any]) -> Caller:
    found = call.caller
    return Caller(found.user, found.session_id, frozenset(Role(role) for role in found.roles))


def idempotency_of(call: Call[Any]) -> Idempotency | None:
    """Keys belong to a caller and a route: two callers, or two routes, never meet."""
    if call.idempotency_key is None:
        return None
    key = f"{call.caller.user}#{type(call.body).__name__}#{call.idempotency_key}"
    return Idempotency(key, call.body_hash)
