"""Access tokens made by hand, as an attacker or a careless service might make them."""

import base64
import hmac
import json
from typing import Any

import pytest

from services.auth.domain.errors import NotLoggedIn
from tests.fakes.auth_world import AuthWorld

Json = dict[str, Any]


def encoded(part: Json | bytes) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def parts_of(token: str) -> tuple[Json, Json]:
    header, payload, _ = token.split(".")
    decoded = (json.loads(base64.urlsafe_b64decode(each + "==")) for each in (header, payload))
    return next(decoded), next(decoded)


def signed(header: Json | bytes, payload: Json | bytes, key: bytes, digest: str = "sha256") -> str:
    """By hand: PyJWT would not make most of these."""
    text = f"{encoded(header)}.{encoded(payload)}"
    return f"{text}.{encoded(hmac.new(key, text.encode(), digest).digest())}"


def forged(world: AuthWorld, header: Json | None = None, /, **claims: Any) -> str:  # noqa: ANN401
    """A good token with these changes, signed with the true key. None leaves a claim out."""
    true_header, payload = parts_of(world.log_in().access_token)
    changed = {name: value for name, value in (payload | claims).items() if value is not None}
    return signed(true_header | (header or {}), changed, world.keys.current().key)


def refused(world: AuthWorld, token: str) -> str:
    with pytest.raises(NotLoggedIn) as refusal:
        world.authorize(token)
    assert token not in str(refusal.value)
    return str(getattr(refusal.value, "reason", ""))
