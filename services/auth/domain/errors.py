"""Everything that auth refuses. Each reason is a class with its code and its HTTP status.

    AuthError
    ├── RequestError       the request cannot be served (400, 404, 409, 412)
    ├── NotLoggedIn        the caller is not logged in, or not any more (401)
    ├── NotAllowed         the caller is logged in, but may not do this (403)
    ├── TooManyAttempts    the caller has to wait (429)
    └── ProviderError      the identity provider does not answer as it should (502)

`code` is public and never changes its meaning.
"""

from datetime import datetime
from math import ceil

from kernel import refusals
from kernel.errors import DeclaredError


class AuthError(DeclaredError):
    """Root of the tree. The message says what went wrong, with which values, and what to do about
    it. It never shows a secret."""

    status = 500


# --- the request ---------------------------------------------------------------------------------


class RequestError(AuthError):
    status = 400


class FieldInvalid(refusals.FieldInvalid, RequestError):
    """See kernel/refusals.py."""


class UserInvalid(RequestError):
    """`wrong` says field by field what is wrong. It never shows a password."""

    code = "request_invalid"
    message = "{wrong}"
    wrong: str


class WeakPassword(RequestError):
    code = "weak_password"
    message = "This password is too easy to guess. {advice}"
    advice: str


class UserNotFound(RequestError):
    code, status = "user_not_found", 404
    message = "There is no user {name!r}. List them with GET /api/users."
    name: str


class UserExists(RequestError):
    code, status = "user_exists", 409
    message = "The name {name!r} is or was a user's. Choose another one."
    name: str


class UserChanged(RequestError):
    """Somebody else changed the user at the same moment."""

    code, status = "user_changed", 409
    message = "User {name!r} was changed at the same moment. Read it and try again."
    name: str


class VersionMismatch(refusals.VersionMismatch, RequestError):
    """See kernel/refusals.py."""


class OwnAdminRights(RequestError):
    code, status = "own_admin_rights", 409
    message = (
        "{name!r} cannot take away their own role of admin, lock or remove themselves: another"
        " admin has to."
    )
    name: str


class IdempotencyConflict(refusals.IdempotencyConflict, RequestError):
    """See kernel/refusals.py."""


class NoPassword(RequestError):
    code, status = "no_password", 409
    message = "{name!r} logs in by single sign-on: change the password there."
    name: str


class SsoNotConfigured(RequestError):
    code, status = "sso_not_configured", 404
    message = "Single sign-on is not set up here. Log in with POST /api/login."


# --- who are you ---------------------------------------------------------------------------------


class NotLoggedIn(AuthError):
    status = 401


class LoginRefused(NotLoggedIn):
    """The answer is the same for an unknown user, a wrong password and a locked user."""

    code = "login_refused"
    message = "User or password are not right, or the user is locked."


class TokenRefused(NotLoggedIn):
    """`reason` is for our logs only. Whoever sent the token gets no hint."""

    code = "token_refused"
    message = "The token is not, or no longer, good. Log in again."
    reason: str


class SessionOver(NotLoggedIn):
    code = "session_over"
    message = "The session is over ({reason}). Log in again."
    reason: str


class SsoRefused(NotLoggedIn):
    """The login at the identity provider did not succeed, or was begun elsewhere."""

    code = "sso_refused"
    message = "The single sign-on did not succeed: {reason}. Begin again."
    reason: str


class HandoverRefused(NotLoggedIn):
    """Guessers learn nothing: whoever does not hold the right code always gets the same answer."""

    code = "handover_refused"
    message = "The code is not good: {reason}. Ask for a new one."
    reason: str


# --- what may you --------------------------------------------------------------------------------


class NotAllowed(AuthError):
    status = 403


class AddressRefused(NotAllowed):
    """A WebSocket's caller is outside of ALLOWED_CALLERS. The REST API refuses them by itself."""

    code = "address_refused"
    message = "Nobody may connect from {source_ip}. Ask an admin which networks may."
    source_ip: str


class RoleMissing(refusals.RoleMissing, NotAllowed):
    """See kernel/refusals.py."""


class HandedOver(NotAllowed):
    """Otherwise whoever gets hold of such a session could prolong it without end."""

    code = "handed_over"
    message = (
        "This session was itself handed over to {handed_to}, so it hands over no other. Log in to"
        " FileFerry and ask there."
    )
    handed_to: str


class WrongPassword(NotAllowed):
    code = "wrong_password"
    message = "current_password is not right."


class NotMapped(NotAllowed):
    code = "not_mapped"
    message = "{name!r} cannot use FileFerry: {reason}. Ask an admin."
    name: str
    reason: str


class TooManyAttempts(AuthError):
    code, status = "too_many_attempts", 429
    message = "Too many tries. Wait {retry_after_seconds} s."
    retry_at: datetime
    now: datetime

    @property
    def retry_after_seconds(self) -> int:
        return max(1, ceil((self.retry_at - self.now).total_seconds()))


# --- the identity provider and our own stores ----------------------------------------------------


class ProviderError(AuthError):
    code, status = "identity_provider_failed", 502
    message = "The identity provider does not answer as it should: {detail}."
    detail: str


class StaleSession(AuthError):
    """Somebody else changed the session. Read it again."""

    code, status = "session_changed", 409
    message = "Session {session_id} was changed at the same moment. Try again."
    session_id: str


class AttemptsBusy(AuthError):
    """So many log in at once under one name or from one address that this try was never counted."""

    code, status = "too_many_attempts", 429
    retry_after_seconds = 1
    message = "Too many log in like this at the same moment. Wait a second."
    name: str
