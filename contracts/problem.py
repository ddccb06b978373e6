"""Errors as HTTP answers (RFC 9457). They name each wrong field and never echo a secret."""

import re
from http import HTTPStatus
from math import isfinite

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contracts.contract import Published

MAX_ECHO = 200  # characters of a refused value that are worth reading
_SECRET_NAME = re.compile(r"pass|secret|token|private|credential|authorization", re.IGNORECASE)
# RFC 9110's names; HTTPStatus has the ones before them until Python 3.13
_RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}


class FieldError(Published):
    """`value` is what was sent, shortened. Secrets and whole objects are left out."""

    field: str
    message: str
    value: str | int | float | bool | None = None

    def __str__(self) -> str:
        shown = "" if self.value is None else f" {self.value!r} -"
        return f"{self.field}:{shown} {self.message}"


class Problem(Published):
    """RFC 9457. `code` is stable and meant for programs, `detail` says what to do."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: tuple[FieldError, ...] = ()


def title_of(status: int) -> str:
    """The same on every Python: it stands in the published document."""
    return _RENAMED.get(status) or HTTPStatus(status).phrase


def field_errors(error: ValidationError, model: type[BaseModel]) -> tuple[FieldError, ...]:
    """One FieldError for each thing pydantic refused in a request of type `model`."""
    secrets = frozenset(
        name for name, field in model.model_fields.items() if "SecretStr" in repr(field.annotation)
    )
    return tuple(_field_error(each, secrets) for each in error.errors(include_url=False))


def _field_error(each: ErrorDetails, secrets: frozenset[str]) -> FieldError:
    field = ".".join(str(part) for part in each["loc"]) or "body"
    unknown = each["type"] == "extra_forbidden"
    message = "This field is not known. Check its spelling." if unknown else each["msg"]
    # Where a model has secrets, an unknown field may be a secret whose name was mistyped.
    hidden = bool(_SECRET_NAME.search(field)) or (unknown and bool(secrets))
    hidden = hidden or not secrets.isdisjoint(each["loc"][:1])
    value = each["input"]
    if hidden or not each["loc"] or not isinstance(value, str | int | float | bool):
        return FieldError(field=field, message=message)
    if isinstance(value, float) and not isfinite(value):
        value = str(value)  # JSON cannot write infinity or NaN
    shown = value[:MAX_ECHO] if isinstance(value, str) else value
    return FieldError(field=field, message=message, value=shown)
