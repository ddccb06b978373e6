"""Decodes values in a request's path once. API Gateway's REST APIs hand them over as they were
sent, percent-encoded, both in `path` and in `pathParameters`.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from contracts.problem import MAX_ECHO, FieldError
from runtime.problems import RequestRefused

ENCODED = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})+")
MAX_BYTES = 1_000  # when decoded; no name is longer, and keys of DynamoDB end at 1,024


def path_values(sent: Mapping[str, str]) -> dict[str, str]:
    """The decoded values by name. A '+' stays a plus. A value that is still encoded after that was
    encoded on purpose. Raises RequestRefused with 400, or with 404 for a value that is too long to
    be a name."""
    return {name: _decoded(name, value) for name, value in sent.items()}


def _decoded(name: str, value: str) -> str:
    if not ENCODED.fullmatch(value):
        raise _refused(name, value, "Write % as %25, and other bytes as % and two hex digits.")
    found = unquote_to_bytes(value)
    if len(found) > MAX_BYTES:
        raise RequestRefused(404, "no_route", "There is nothing at this address.")
    try:
        return found.decode()
    except UnicodeDecodeError:
        raise _refused(name, value, "Encode the bytes of its UTF-8.") from None


def _refused(name: str, value: str, advice: str) -> RequestRefused:
    error = FieldError(field=name, value=value[:MAX_ECHO], message=advice)
    return RequestRefused(400, "request_invalid", str(error), (error,))
