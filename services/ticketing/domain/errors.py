"""Everything that can go wrong in ticketing: a class per reason, with its code."""

from kernel import refusals
from kernel.errors import DeclaredError


class TicketingError(DeclaredError):
    """Root of the tree. `retryable` decides whether an event's message may work later."""


class CaseBusy(TicketingError):
    code, retryable = "case_busy", True
    message = "Too many write what is known of {subject!r} at once. Try again."
    subject: str


class LeaseEnds(TicketingError):
    """Whoever wrote the ticket took too long. Somebody else goes on where it stopped."""

    code, retryable = "lease_ends", True
    message = "The time to write ticket {ticket_id!r} is over. It is written again soon."
    ticket_id: str


# --- what a caller did wrong -----------------------------------------------------------------


class RequestError(TicketingError):
    """Is answered to the caller."""


class RoleMissing(refusals.RoleMissing, RequestError): ...


class IdempotencyConflict(refusals.IdempotencyConflict, RequestError): ...


class FieldInvalid(refusals.FieldInvalid, RequestError): ...


class TransferNotFound(RequestError):
    code, status = "transfer_not_found", 404
    message = (
        "No tickets of a transfer {transfer_id!r} are known. Right after a transfer was asked for,"
        " try again in some seconds."
    )
    transfer_id: str


class TicketNotFound(RequestError):
    code, status = "ticket_not_found", 404
    message = "FileFerry opened no ticket {number!r} that you may see."
    number: str


class TicketsOff(RequestError):
    code, status = "tickets_off", 409
    message = "This stage has no tickets. An operator switches them on (ServiceNow)."


# --- what ServiceNow did -------------------------------------------------------------------------


class DeskError(TicketingError):
    """Something was not written. `surely` is true where ServiceNow surely did not do it."""

    surely = True


class NotConfigured(DeskError):
    code = "servicenow_not_configured"
    message = "The secret {secret!r} names no instance. Put its url, user and password in."
    secret: str
    version: str  # of the secret


class LoginRefused(DeskError):
    """Trying on would lock the account."""

    code = "servicenow_login_refused"
    message = (
        "ServiceNow refuses the login of {host} ({said}). Nothing is tried until the secret has"
        " another value: check the user, the password and whether the account is locked."
    )
    host: str
    said: str
    version: str  # of the secret


class Throttled(DeskError):
    """`wait_seconds` is what ServiceNow asks for, None where it does not say. `limit` is the number
    of requests an hour."""

    code, retryable = "servicenow_throttled", True
    message = "ServiceNow takes no more requests this hour (limit {limit})."
    wait_seconds: float | None
    limit: int | None


class Unreachable(DeskError):
    """The request surely was not sent."""

    code, retryable = "servicenow_unreachable", True
    message = "{host} cannot be reached: {reason}"
    host: str
    reason: str


class Unavailable(DeskError):
    code, retryable = "servicenow_unavailable", True
    message = "ServiceNow answers {status_code}: {said}"
    status_code: int
    said: str
    wait_seconds: float | None


class OutcomeUnknown(DeskError):
    """The request was sent, and no whole answer came. ServiceNow may have done it."""

    code, retryable = "servicenow_outcome_unknown", True
    surely = False
    message = "{host} gave no answer that can be read: {reason}"
    host: str
    reason: str


class Refused(DeskError):
    """`status_code` is 400, 403, 404 or the like. The same will be refused again until somebody
    changes the mapping or the instance."""

    code = "servicenow_refused"
    message = (
        "ServiceNow refuses it ({status_code}): {said}. Check the roles of the integration user,"
        " the mapping (TicketMapping), and the data policies of the table {table!r}."
    )
    status_code: int
    said: str
    table: str


class RecordGone(DeskError):
    """404 for a record that was there. An ACL may hide it, too."""

    code = "servicenow_record_gone"
    message = "ServiceNow shows no record {record_id!r} in {table!r}: deleted, or hidden by an ACL."
    table: str
    record_id: str
