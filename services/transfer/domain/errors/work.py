"""Our own work was interrupted: leases, cancellation, crashes."""

from services.transfer.domain.errors.transfer_error import TransferError


class WorkError(TransferError):
    """Our own work was interrupted. Nothing is wrong with source or partner."""


class LeaseLost(WorkError):
    """Somebody else may hold the chunk, lane or slot now. Stop, and change nothing."""

    code, retryable = "lease_lost", True
    message = "The lease of {what} belongs to another worker now."
    what: str


class StepSuperseded(WorkError):
    """Another start of the same step went ahead. What this start began is not used."""

    code, retryable = "step_superseded", True
    message = "Another start of this step leads transfer {transfer_id} now."
    transfer_id: str


class StepUnderWay(WorkError):
    """An earlier start of a step still works at the partner. Two at once would disturb each other.
    Try again until the earlier one has ended, or until its lease has."""

    code, retryable = "step_under_way", True
    message = (
        "An earlier step of transfer {transfer_id} is still at work at the partner. This one begins"
        " when that has ended."
    )
    transfer_id: str


class MovesAgain(WorkError):
    """Not everything is at the partner, or not any more. The workflow goes back to moving."""

    code, retryable = "moves_again", True
    message = "The bytes of transfer {transfer_id} are moved once more."
    transfer_id: str


class NoHeadway(WorkError):
    """A lane's turn was over before the lane had moved a byte."""

    code, retryable = "no_headway", True
    message = (
        "Lane {lane} of transfer {transfer_id} moved no byte in its turn: connecting took all of"
        " its time. Ask the partner why logging in takes so long."
    )
    transfer_id: str
    lane: int


class StaleTransfer(WorkError):
    """The transfer was changed between read and save. Read it again and decide again."""

    code, retryable = "stale_transfer", True
    message = "Transfer {transfer_id} was changed by somebody else meanwhile."
    transfer_id: str


class TransferCancelled(WorkError):
    code = "cancelled"
    message = "Transfer {transfer_id} was cancelled."
    transfer_id: str


class SomeFilesFailed(WorkError):
    """Every file has its outcome, and not all are good."""

    code, retryable = "some_files_failed", True
    message = (
        "{failed} of {total} files were not delivered: {first}. The others are at the partner. See"
        " GET /api/transfer/{transfer_id}/files?outcome=failed; a retry sends only those again."
    )
    transfer_id: str
    failed: int
    total: int
    first: str


class RunSuperseded(WorkError):
    """A step, sweep or lane belongs to an earlier run. The transfer was retried since then."""

    code = "run_superseded"
    message = "Run {run} of transfer {transfer_id} is over; a later one is under way."
    transfer_id: str
    run: int


class PartAbandoned(WorkError):
    """The part file could not be removed for so long that FileFerry gave up."""

    code = "part_abandoned"
    message = (
        "The part file {path!r} of transfer {transfer_id} could not be removed. Ask the partner to"
        " delete it."
    )
    transfer_id: str
    path: str


class LaneCrashed(WorkError):
    """The lane's workers died again and again without reporting an error. The sweeper counted."""

    code, retryable = "lane_crashed", True
    message = (
        "The worker of lane {lane} of transfer {transfer_id} crashed {times} times in a row. Retry"
        " the transfer; if it fails again, look for the transfer's id in the lane worker's log."
    )
    transfer_id: str
    lane: int
    times: int


class WorkerStopped(WorkError):
    """A file that goes through one handle, whose worker had to end before its time."""

    code, retryable = "worker_stopped", True
    message = (
        "The worker that wrote {path!r} was stopped after {done_bytes} of {size_bytes} bytes. This"
        " server does not let a file be opened again, so they are lost, and the file is sent from"
        " its beginning by itself. If it stays, look why the workers are stopped so often."
    )
    path: str
    done_bytes: int
    size_bytes: int


class LaneNotTaken(WorkError):
    """The lane's message was sent again and again, and no worker took it. The sweeper counted."""

    code, retryable = "lane_not_taken", True
    message = (
        "Lane {lane} of transfer {transfer_id} was sent off {times} times and no worker took it."
        " Look at the queue {queue} and at the log of its workers: they are busy, they die before"
        " they begin, or there are none (of lanes-long: make deploy-worker)."
    )
    transfer_id: str
    lane: int
    times: int
    queue: str


class WorkflowLost(WorkError):
    """The workflow ended without storing an outcome. The sweeper noticed it."""

    code, retryable = "workflow_lost", True
    message = (
        "The workflow of transfer {transfer_id} ended without an outcome ({detail}). Retry the"
        " transfer; it goes on where it stopped."
    )
    transfer_id: str
    detail: str
