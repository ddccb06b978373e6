"""Text of a token that names its user, so that the record it belongs to is found by the name."""

import base64
import binascii

from services.auth.domain.user import NAME


def encode_name(user: str) -> str:
    return base64.urlsafe_b64encode(user.encode()).decode().rstrip("=")


def decode_name(encoded: str) -> str | None:
    """None for what is no name of a user. base64 has several spellings of one name, so whoever
    decodes compares the whole text with the one that the name makes."""
    try:
        name = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name if NAME.fullmatch(name) else None
