"""The caller of a request in the words of the domain, and the scope of their Idempotency-Key."""

from typing import Any

from runtime.calls import Call
from services.auth.domain.ports import Idempotency
from services.auth.domain.user import Caller, Role


def caller_of(call: Call[Any]) -> Caller:
    found = call.caller
    return Caller(found.user, found.session_id, frozenset(Role(role) for role in found.roles))


def idempotency_of(call: Call[Any]) -> Idempotency | None:
    scope = call.idempotency_scope
    return Idempotency(scope, call.body_hash) if scope is not None else None
