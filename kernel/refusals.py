"""Requests that every service refuses in the same words.

A service puts each into its own tree: class FieldInvalid(refusals.FieldInvalid, RequestError).
"""

from kernel.errors import DeclaredError


class FieldInvalid(DeclaredError):
    code, status = "field_invalid", 400
    message = "{field}: {value!r} cannot be used. {advice}"
    field: str
    value: str
    advice: str


class VersionMismatch(DeclaredError):
    code, status = "version_mismatch", 412
    message = (
        'If-Match asks for version "{expected}", the record is at "{found}".'
        " Read it again, and repeat the change if it still makes sense."
    )
    expected: int
    found: int


class IdempotencyConflict(DeclaredError):
    """`key` is the key as the caller sent it."""

    code, status = "idempotency_conflict", 409
    message = (
        "Idempotency-Key {key!r} was used before with another body."
        " Send the first body again, or use a new key."
    )
    key: str


class RoleMissing(DeclaredError):
    """The caller needs one of the roles `needed`."""

    code, status = "role_missing", 403
    message = "This needs the role {choice}. Ask an admin."
    needed: tuple[str, ...]

    @property
    def choice(self) -> str:
        return " or ".join(self.needed)
