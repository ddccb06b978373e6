"""Everything that auth refuses: a class per reason, with its code and its HTTP status.

    AuthError
    ├── RequestError       the request cannot be served (400, 404, 409, 412)
    ├── NotLoggedIn        nobody, or nobody any more (401)
    ├── NotAllowed         somebody, but not this (403)
    ├── TooManyAttempts    wait (429)
    └── ProviderError      the identity provider does not answer as it should (502)

`code` is public and never changes its meaning.
"""

from datetime import datetime
from math import ceil
from typing import ClassVar


class AuthError(Exception):
    """Base of the tree; the message says what, which values, and what to do; never a secret."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500


# --- the request ---------------------------------------------------------------------------------


class RequestError(AuthError):
    status = 400


class FieldInvalid(RequestError):
    code = "field_invalid"

    def __init__(self, field: str, value: str, advice: str) -> None:
        self.field, self.value, self.advice = field, value, advice
        super().__init__(f"{field}: {value!r} cannot be used. {advice}")


class UserInvalid(RequestError):
    """`wrong` says field by field what is wrong, never a password."""

    code = "request_invalid"

    def __init__(self, wrong: str) -> None:
        self.wrong = wrong
        super().__init__(wrong)


class WeakPassword(RequestError):
    code = "weak_password"

    def __init__(self, advice: str) -> None:
        super().__init__(f"This password is too easy to guess. {advice}")


class UserNotFound(RequestError):
    code, status = "user_not_found", 404

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no user {name!r}. List them with GET /api/users.")


class UserExists(RequestError):
    code, status = "user_exists", 409

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"The name {name!r} is or was a user's. Choose another one.")


class UserChanged(RequestError):
    """Somebody else changed the user at the same moment."""

    code, status = "user_changed", 409

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"User {name!r} was changed at the same moment. Read it and try again.")


class VersionMismatch(RequestError):
    code, status = "version_mismatch", 412

    def __init__(self, expected: int, found: int) -> None:
        self.expected, self.found = expected, found
        super().__init__(
            f'If-Match asks for version "{expected}", the record is at "{found}".'
            " Read it again, and repeat the change if it still makes sense."
        )


class OwnAdminRights(RequestError):
    code, status = "own_admin_rights", 409

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} cannot take away their own role of admin, lock or remove themselves:"
            " another admin has to."
        )


class IdempotencyConflict(RequestError):
    code, status = "idempotency_conflict", 409

    def __init__(self, key: str) -> None:
        """`key` as it is stored: caller, kind of request, and the caller's own key."""
        self.key = key.split("#", 2)[-1]
        super().__init__(
            f"Idempotency-Key {self.key!r} was used before with another body."
            " Send the first body again, or use a new key."
        )


class NoPassword(RequestError):
    code, status = "no_password", 409

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name!r} logs in by single sign-on: change the password there.")


class SsoNotConfigured(RequestError):
    code, status = "sso_not_configured", 404

    def __init__(self) -> None:
        super().__init__("Single sign-on is not set up here. Log in with POST /api/login.")


# --- who are you ---------------------------------------------------------------------------------


class NotLoggedIn(AuthError):
    status = 401


class LoginRefused(NotLoggedIn):
    """The same for an unknown user, a wrong password and a locked user."""

    code = "login_refused"

    def __init__(self) -> None:
        super().__init__("User or password are not right, or the user is locked.")


class TokenRefused(NotLoggedIn):
    """`reason` is for our logs; whoever sends tokens gets no hint."""

    code = "token_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__("The token is not, or no longer, good. Log in again.")


class SessionOver(NotLoggedIn):
    code = "session_over"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The session is over ({reason}). Log in again.")


class SsoRefused(NotLoggedIn):
    """The browser's way through the identity provider did not end where it began."""

    code = "sso_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The single sign-on did not succeed: {reason}. Begin again.")


# --- what may you --------------------------------------------------------------------------------


class NotAllowed(AuthError):
    status = 403


class RoleMissing(NotAllowed):
    code = "role_missing"

    def __init__(self, needed: str) -> None:
        self.needed = needed
        super().__init__(f"This needs the role {needed}. Ask an admin.")


class WrongPassword(NotAllowed):
    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("current_password is not right.")


class NotMapped(NotAllowed):
    code = "not_mapped"

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name!r} cannot use FileFerry: {reason}. Ask an admin.")


class TooManyAttempts(AuthError):
    code, status = "too_many_attempts", 429

    def __init__(self, retry_at: datetime, now: datetime) -> None:
        self.retry_at = retry_at
        self.retry_after_seconds = max(1, ceil((retry_at - now).total_seconds()))
        super().__init__(f"Too many tries. Wait {self.retry_after_seconds} s.")


# --- the identity provider and our own stores ----------------------------------------------------


class ProviderError(AuthError):
    code, status = "identity_provider_failed", 502

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(f"The identity provider does not answer as it should: {detail}.")


class StaleSession(AuthError):
    """Somebody else changed the session; read it again."""

    code, status = "session_changed", 409

    def __init__(self, session_id: str) -> None:
        self.session_id = session_id
        super().__init__(f"Session {session_id} was changed at the same moment. Try again.")


class OutboxBusy(AuthError):
    """Others get in the way of one event's row again and again; the stream brings it once more."""

    code, status = "outbox_busy", 503

    def __init__(self, event_id: str) -> None:
        self.event_id = event_id
        super().__init__(f"Event {event_id} is changed by others all the time. It comes again.")


class AttemptsBusy(AuthError):
    """So many at once log in under one name, or from one address, that one is never counted."""

    code, status = "too_many_attempts", 429
    retry_after_seconds = 1

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("Too many log in like this at the same moment. Wait a second.")
