"""The caller's request cannot be served."""

from kernel import refusals
from services.transfer.domain.errors.transfer_error import TransferError


class RequestError(TransferError):
    """The request as such cannot be served. `status` is the answer's HTTP status."""

    status = 400


class FieldInvalid(refusals.FieldInvalid, RequestError):
    """See kernel/refusals.py."""


class TransferNotFound(RequestError):
    code, status = "transfer_not_found", 404
    message = "There is no transfer {transfer_id!r}. List yours with GET /api/history."
    transfer_id: str


class DestinationNotFound(RequestError):
    code, status = "destination_not_found", 404
    message = "There is no destination {destination_id!r}. List them with GET /api/destinations."
    destination_id: str


class DestinationExists(RequestError):
    code, status = "destination_exists", 409
    message = (
        "A destination {destination_id!r} exists already. Choose another id, or change it with"
        " PATCH."
    )
    destination_id: str


class DestinationInUse(RequestError):
    code, status = "destination_in_use", 409
    message = (
        "Destination {destination_id!r} is used by transfer {transfer_id}. Wait for it or cancel it"
        " first."
    )
    destination_id: str
    transfer_id: str


class RoleMissing(refusals.RoleMissing, RequestError):
    """See kernel/refusals.py."""


class SourceNotGranted(RequestError):
    """The answer is the same whether the object exists or not."""

    code, status = "source_not_granted", 403
    message = (
        "You have no grant for {key!r} in bucket {bucket!r}. Ask an admin for one; GET /api/me"
        " shows yours."
    )
    bucket: str
    key: str


class DestinationNotGranted(RequestError):
    """The answer is the same whether the destination exists or not."""

    code, status = "destination_not_granted", 403
    message = (
        "You have no grant to send to {destination_id!r}. Ask an admin for one; GET /api/me shows"
        " yours."
    )
    destination_id: str


class VersionMismatch(refusals.VersionMismatch, RequestError):
    """See kernel/refusals.py."""


class DestinationChanged(RequestError):
    code, status = "destination_changed", 409
    message = (
        "Destination {destination_id!r} was changed by somebody else at the same moment. Read it"
        " again and repeat."
    )
    destination_id: str


class WrongState(RequestError):
    code, status = "wrong_state", 409
    message = "Transfer {transfer_id} is {state}: it cannot be {wish} now."
    transfer_id: str
    state: str
    wish: str


class RetryTooLate(RequestError):
    code, status = "retry_too_late", 409
    message = (
        "Transfer {transfer_id} listed its files on {listed_on}. What became of each is kept for a"
        " retry for {days} days, so a retry might send again what is at the partner already."
        " Request a new transfer of the files that are missing there."
    )
    transfer_id: str
    days: int
    listed_on: str


class LedgerElsewhere(RequestError):
    code, status = "ledger_elsewhere", 409
    message = (
        "Transfer {transfer_id} of many files began in another region, and what became of each file"
        " is on record there only. A retry might send again what is at the partner already."
        " Request a new transfer of the files that are missing there."
    )
    transfer_id: str


class FilesForgotten(RequestError):
    code, status = "files_forgotten", 404
    message = (
        "What became of the single files of transfer {transfer_id} is kept for {days} days, and it"
        " listed them on {listed_on}. The transfer itself still tells how many there were."
    )
    transfer_id: str
    days: int
    listed_on: str


class IdempotencyConflict(refusals.IdempotencyConflict, RequestError):
    """See kernel/refusals.py."""
