"""The scope of an Idempotency-Key."""

from typing import Any

from runtime.http import Call
from services.transfer.domain.ports import Idempotency


def idempotency_of(call: Call[Any]) -> Idempotency | None:
    """Keys belong to a caller and a route: two callers, or two routes, never meet."""
    if call.idempotency_key is None:
        return None
    key = f"{call.caller}#{type(call.body).__name__}#{call.idempotency_key}"
    return Idempotency(key, call.body_hash)
