"""The receiver's half of Standard Webhooks: is this call from whom it says, and new?"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300
SHORTEST_KEY, LONGEST_KEY = 24, 64  # bytes, as the specification has them


def key_of(secret: str) -> bytes:
    """Raises ValueError."""
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    if not secret.startswith(PREFIX) or not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError(
            f"a secret is {PREFIX} and {SHORTEST_KEY} to {LONGEST_KEY} bytes of Base64"
        )
    return key


def signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def why_not(key: bytes, headers: Mapping[str, str], body: bytes, now: float) -> str | None:
    """None where the call may be believed. Header names are in lower case. `now` is Unix time."""
    message_id, timestamp, signatures = (
        headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    if not message_id or not timestamp or not signatures:
        return "a webhook- header is missing"
    if not timestamp.isascii() or not timestamp.isdigit():
        return "webhook-timestamp is no Unix time in seconds"
    if abs(int(timestamp) - now) > TOLERANCE_SECONDS:
        return "webhook-timestamp is too old or too new"
    expected = signature(key, message_id, timestamp, body).encode()
    offered = [each.encode() for each in signatures.split(" ")]
    if not any(hmac.compare_digest(each, expected) for each in offered):
        return "no signature fits"
    return None
