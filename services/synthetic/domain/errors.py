"""Why a synthetic transfer did not show that transfers work: a class per reason, with its code."""

from kernel.errors import DeclaredError


class SyntheticError(DeclaredError):
    """Root of the tree. Each of them counts as a failed synthetic transfer, but AlreadySent, and
    the API's answer that its region stands by."""


class AlreadySent(SyntheticError):
    """The same run was begun twice. Whoever began it first counts it."""

    code = "already_sent"
    message = "Another run with the key {key!r} sends the synthetic transfer. Nothing to do."
    key: str


class NoLogin(SyntheticError):
    code = "no_login"
    message = (
        "The secret {secret_id!r} has no user and password."
        " Put them there: make synthetic-user STAGE=<stage>."
    )
    secret_id: str


class ApiAway(SyntheticError):
    code = "api_away"
    message = "The API did not answer: {reason}."
    reason: str


class ApiRefused(SyntheticError):
    """`problem` is the API's own code."""

    code = "api_refused"
    message = "The API answered {call} with {answered} {problem}."
    call: str
    answered: int
    problem: str


class EarlierHangs(SyntheticError):
    code = "earlier_hangs"
    message = "The transfer {transfer_id!r} of an earlier run is still {state}. It is cancelled."
    transfer_id: str
    state: str


class NotInTime(SyntheticError):
    code = "not_in_time"
    message = "The transfer {transfer_id!r} was still {state} after {seconds:g} s. It is cancelled."
    transfer_id: str
    state: str
    seconds: float


class NotCompleted(SyntheticError):
    code = "not_completed"
    message = "The transfer {transfer_id!r} ended {state} ({reason})."
    transfer_id: str
    state: str
    reason: str


class NotProven(SyntheticError):
    """Its receipt does not say what was asked for."""

    code = "not_proven"
    message = (
        "The receipt of transfer {transfer_id!r} says: {bytes_sent} of {size_bytes} bytes, proven"
        " by {proven}, source checksum {source_checksum}. Readback was asked for."
    )
    transfer_id: str
    bytes_sent: int
    size_bytes: int
    proven: str
    source_checksum: str
