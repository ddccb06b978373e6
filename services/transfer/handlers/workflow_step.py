"""The workflow's tasks. The state chooses the use case. The class of a raised error says whether
and how the state machine tries again."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.entrypoint import LambdaEvent, entrypoint
from runtime.telemetry import correlate
from services.transfer import wiring
from services.transfer.domain.errors import (
    MovesAgain,
    NoSessionFree,
    PartnerError,
    RegionStandsBy,
    RunSuperseded,
    SourceError,
    StepUnderWay,
    TargetError,
    TooManySessions,
    TransferError,
)
from services.transfer.domain.failure import Failure
from services.transfer.domain.ports import Ports
from services.transfer.domain.retry import RetryPolicy
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import RunId
from services.transfer.domain.tries import Tries
from services.transfer.domain_services.change_transfer import of_run
from services.transfer.domain_services.fail_transfer import end_trouble, note_trouble
from services.transfer.domain_services.session_line import park_step
from services.transfer.use_cases.clean_up import clean_up
from services.transfer.use_cases.commit_target import commit_target
from services.transfer.use_cases.handle_error import handle_error
from services.transfer.use_cases.inspect_source import authorize_reader, inspect_source
from services.transfer.use_cases.publish_pending import publish_pending
from services.transfer.use_cases.start_move import start_move
from services.transfer.use_cases.store_outcome import store_outcome
from services.transfer.use_cases.validate_request import validate_request
from services.transfer.use_cases.verify_target import verify_target

Step = Callable[[Transfer, LambdaEvent, Ports], object]


class TransientFailure(Exception):
    """The state machine tries again. The message is JSON for HandleError."""

    retryable = True


class SessionsBusy(TransientFailure):
    """The workflow goes to the state that waits for a session, and comes back from there."""


class StepBusy(TransientFailure):
    """The state machine tries again for longer than an earlier function of the step can live."""


class StandsBy(TransientFailure):
    """The state machine tries again every four minutes, for a day."""


class MoveAgain(Exception):
    """VerifyTarget goes back to the state that moves. The state machine matches this name."""

    retryable = True


class PermanentFailure(Exception):
    """The workflow goes to HandleError at once. The state machine matches this class's name."""

    expected = True  # partners and sources do what ends a transfer; the version does no wrong


def _inspect_source(transfer: Transfer, event: LambdaEvent, ports: Ports) -> dict[str, int]:
    return {"size_bytes": inspect_source(transfer, ports=ports).size_bytes}


def _move(direct: bool) -> Step:
    return lambda transfer, event, ports: start_move(
        transfer, event["task_token"], direct=direct, ports=ports
    )


def _await_session(transfer: Transfer, event: LambdaEvent, ports: Ports) -> None:
    ending = event["before"] == "CleanUp"
    park_step(transfer.run_id, event["task_token"], ending=ending, ports=ports)


def _run(event: LambdaEvent) -> RunId:
    return RunId(event["transfer_id"], event["run"])


STEPS: dict[str, Step] = {
    "ValidateRequest": lambda transfer, _, ports: validate_request(transfer, ports=ports),
    "AuthorizeReader": lambda transfer, _, ports: authorize_reader(transfer, ports=ports),
    "InspectSource": _inspect_source,
    "MoveDirect": _move(direct=True),
    "MoveChunks": _move(direct=False),
    "AwaitSession": _await_session,
    "VerifyTarget": lambda transfer, _, ports: verify_target(transfer, ports=ports),
    "CommitTarget": lambda transfer, _, ports: commit_target(transfer, ports=ports),
    "CleanUp": lambda transfer, _, ports: clean_up(transfer, ports=ports),
    "StoreOutcome": lambda transfer, _, ports: store_outcome(transfer, ports=ports),
    "Publish": lambda transfer, _, ports: publish_pending(transfer.id, ports=ports),
    "HandleError": lambda transfer, event, ports: handle_error(
        transfer.run_id, event.get("error"), ports=ports
    ),
}
TROUBLE = (SourceError, PartnerError, TargetError)  # what is worth telling while it is retried
AFTER_ALL = frozenset({"HandleError", "CleanUp", "StoreOutcome"})  # for an old run they do nothing


@entrypoint(wiring.build)
def handler(event: LambdaEvent, context: LambdaContext, wires: wiring.Wiring) -> dict[str, Any]:
    return run_step(event, wires.ports)


def run_step(event: LambdaEvent, ports: Ports) -> dict[str, Any]:
    """Only InspectSource answers anything, namely the size that ChooseBySize looks at."""
    transfer = ports.transfers.read(event["transfer_id"])
    correlate(transfer.correlation_id)
    try:
        answer = STEPS[event["step"]](of_run(_run(event), transfer), event, ports)
    except TransferError as error:
        if isinstance(error, RunSuperseded) and event["step"] in AFTER_ALL:
            return {}
        if error.retryable and isinstance(error, TROUBLE):
            note_trouble(_run(event), error, _tries(event, error, ports), ports=ports)
        told = Failure.of(error)
        cause = {"code": told.code, "message": told.message, "retryable": told.retryable}
        raise _class_of(error)(json.dumps(cause)) from error
    end_trouble(transfer, lambda tries: tries.step == event["step"], ports=ports)
    return answer if isinstance(answer, dict) else {}


def _tries(event: LambdaEvent, error: TransferError, ports: Ports) -> Tries:
    """`count` counts the repetitions for any reason, also those that have a limit of their own. So
    above its limit it tells nothing. An execution that began with an earlier version has none."""
    step, retry = event["step"], event.get("retry")
    if _waits_for_session(error):
        return Tries(step, waits=True)
    if retry is None or retry["count"] > retry["limit"]:
        return Tries(step)
    policy = RetryPolicy(retry["seconds"], retry["cap_seconds"])
    longest = policy.ceiling_seconds(retry["count"] + 1)
    next_at = ports.now() + timedelta(seconds=longest)
    return Tries(step, None, retry["count"] + 1, retry["limit"] + 1, next_at)


def _waits_for_session(error: TransferError) -> bool:
    """Until one of ours is free. Where none is open, waiting in line would be no wait."""
    if isinstance(error, TooManySessions):
        return error.others > 0
    return isinstance(error, NoSessionFree)


def _class_of(error: TransferError) -> type[Exception]:
    if isinstance(error, MovesAgain):
        return MoveAgain
    if _waits_for_session(error):
        return SessionsBusy
    if isinstance(error, StepUnderWay):
        return StepBusy
    if isinstance(error, RegionStandsBy):
        return StandsBy
    return TransientFailure if error.retryable else PermanentFailure
