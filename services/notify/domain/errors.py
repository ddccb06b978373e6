"""Everything that can go wrong in notify: a class per reason, with its code."""

from kernel import refusals
from kernel.errors import DeclaredError


class NotifyError(DeclaredError):
    """Root of the tree. `retryable` decides whether an event's message may work later."""


# --- what a caller did wrong -----------------------------------------------------------------


class RequestError(NotifyError):
    """Is answered to the caller."""


class RoleMissing(refusals.RoleMissing, RequestError): ...


class IdempotencyConflict(refusals.IdempotencyConflict, RequestError): ...


class VersionMismatch(refusals.VersionMismatch, RequestError): ...


class FieldInvalid(refusals.FieldInvalid, RequestError): ...


# --- what happened to a message ------------------------------------------------------------------


class SendError(NotifyError):
    """The message was not sent, or nobody knows. `said` is the beginning of the answer, cleaned."""


class NotYet(SendError):
    """The other side surely did not take it, and may take it later. `wait_seconds` is what it asks
    for, None where it does not say."""

    code, retryable = "not_yet", True
    message = "{host} does not take the message now ({reason})."
    host: str
    reason: str
    wait_seconds: float | None


class MessageRefused(SendError):
    """This message will never be taken there. Others may be."""

    code = "message_refused"
    message = "{host} refuses this message ({http_status}): {said}"
    host: str
    http_status: int | None
    said: str


class ChannelDead(SendError):
    """Nothing is taken there until somebody mends the channel. `advice` says how."""

    code = "channel_dead"
    message = "{host} refuses the channel ({said}). {advice}"
    host: str
    http_status: int | None
    said: str
    advice: str


class OutcomeUnclear(SendError):
    """It was sent, and no whole answer came. It may have arrived, so it is not sent again."""

    code = "outcome_unclear"
    message = "{host} gave no answer ({reason}). The message may have arrived."
    host: str
    reason: str
