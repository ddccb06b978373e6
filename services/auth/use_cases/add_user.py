"""Stores a new user together with the API key their calls are counted by."""

from dataclasses import replace

from services.auth.domain.errors import RequestError
from services.auth.domain.ports import Idempotency, Ports
from services.auth.domain.user import User


def add_user(user: User, idempotency: Idempotency | None, *, ports: Ports) -> User:
    """The earlier user when key and body are repeated. Raises UserExists, IdempotencyConflict.

    A crash in between leaves an API key that nobody has: harmless, unlike a user without one.
    """
    key = ports.api_keys.create(user.name)
    try:
        stored = ports.users.create(replace(user, api_key=key), idempotency)
    except RequestError:  # refused for sure; after any other error the user may exist
        if key is not None:
            ports.api_keys.remove(key)
        raise
    if key is not None and stored.api_key != key:
        ports.api_keys.remove(key)
    return stored
