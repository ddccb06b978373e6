"""How proposals of the agent are shown, and how they are decided about."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from cli.address import route
from cli.advice import advice
from cli.client import read
from cli.durations import duration_text
from cli.errors import DONE, CommandFailed, TransferFailed
from cli.escaping import escaped
from cli.http import AnswerLost
from cli.invocation import Invocation
from cli.output import Output, bytes_text, counted
from cli.times import local_time
from contracts.agent_api import EstimateView, ProposalsPage, ProposalView, StepView

COLUMNS = ("ID", "STATE", "WHAT", "MADE", "GOOD UNTIL")
MOST_ROWS = 50  # steps of a card; `--json` has all
MOST_VALUE = 2_000  # characters; an S3 key has half of it
MOST_LABEL = 40
STATES = {
    "open": "waits for you",
    "confirming": "is being done",
    "confirmed": "confirmed",
    "failed": "confirmed, and nothing could be done",
    "rejected": "rejected",
    "superseded": "superseded by a later message",
    "expired": "expired",
}


def proposal_path(proposal_id: str, act: str = "") -> str:
    return route("/api/agent/proposals/{id}", id=proposal_id) + act


def read_proposal(invocation: Invocation, proposal_id: str) -> tuple[ProposalView, Any]:
    document = invocation.client.call("GET", proposal_path(proposal_id))
    return read(ProposalView, document), document


def decide(
    invocation: Invocation, proposal_id: str, digest: str, act: Literal["confirm", "reject"]
) -> tuple[ProposalView, Any]:
    """The proposal as it is then. Only what has this digest is decided about. Confirmed again, it
    is not done again."""
    path = proposal_path(proposal_id, f"/{act}")
    again = f"See `fileferry agent show {escaped(proposal_id)}`. Confirm it again if it says so:"
    again += " nothing is done twice."
    try:
        document = invocation.client.call("POST", path, body={"digest": digest})
    except AnswerLost as lost:
        raise AnswerLost(f"{lost.message} {again}") from lost
    except KeyboardInterrupt:
        invocation.output.warn(f"It may have been done. {again}")
        raise
    return read(ProposalView, document), document


def outcome_of(output: Output, view: ProposalView) -> int:
    """Says what became of it. Raises TransferFailed when something was not done."""
    for step in view.steps:
        if step.result and not output.as_json:
            output.say(escaped(step.result))
    failures = (*(each.failure for each in view.steps), view.failure)
    problems = [each for each in failures if each is not None]
    if view.state == "failed" or problems:
        why = advice(problems[0].message) if problems else "It does not say why."
        done = counted(sum(each.result is not None for each in view.steps), "step")
        raise TransferFailed(f"Not all was done ({done} of {len(view.steps)}): {why}")
    if view.state != "confirmed":
        raise CommandFailed(f"It was not confirmed. Its state: {STATES[view.state]}.")
    if view.kind != "ticket" and any(each.result for each in view.steps):
        ids = " ".join(escaped(each.result) for each in view.steps[:MOST_ROWS] if each.result)
        output.note(f"Confirmed. Follow it with: fileferry watch {ids}")
    return DONE


def how_to_confirm(view: ProposalView) -> str:
    name = escaped(view.id)
    return (
        f"Nothing was done. To confirm it:  fileferry agent confirm {name}\n"
        f"To reject it:                     fileferry agent reject {name}"
    )


def rows(page: ProposalsPage) -> Iterator[Sequence[object]]:
    for each in page.proposals:
        made, until = local_time(each.made_at), local_time(each.expires_at)
        yield each.id, each.state, _cut(each.sentence), made, until


def card(output: Output, view: ProposalView) -> None:
    """All that matters, as the server wrote it down. No word in it is the model's."""
    output.say("")
    output.fields(_fields(view))


def _fields(view: ProposalView) -> Iterator[tuple[str, object]]:
    yield "Proposal", view.id
    yield "State", STATES[view.state]
    yield "What", _cut(view.sentence)
    for number, step in enumerate(view.steps[:MOST_ROWS], 1):
        yield f"Step {number}", _step(step)
    yield from _more(len(view.steps), "step")
    for line in view.lines[:MOST_ROWS]:
        yield escaped(line.label[:MOST_LABEL]), _cut(line.value)
    yield from _more(len(view.lines), "line")
    yield "Strategy", view.strategy and _cut(view.strategy)
    if view.estimate is not None:
        yield from _estimate(view.estimate)
    for caution in view.cautions[:MOST_ROWS]:
        yield "Caution", _cut(caution)
    yield from _more(len(view.cautions), "caution")
    yield "Owner", view.owner
    yield "Good until", local_time(view.expires_at)
    yield "Digest", view.digest
    yield "Decided", view.decided_at and f"{local_time(view.decided_at)} by {view.decided_by}"
    yield "Not done", view.failure and f"{view.failure.message} ({view.failure.code})"


def _step(step: StepView) -> str:
    size = "" if step.size_bytes is None else f", {bytes_text(step.size_bytes)}"
    done = f" -> {step.result}" if step.result else ""
    failed = f" -> not done: {step.failure.message}" if step.failure else ""
    return _cut(f"{step.sentence}{size}{done}{failed}")


def _estimate(estimate: EstimateView) -> Iterator[tuple[str, object]]:
    basis = _cut(estimate.basis)
    if estimate.seconds is None:
        yield "Takes", f"not known. {basis}"
    else:
        low, high = estimate.low_seconds, estimate.high_seconds
        known = low is not None and high is not None
        spread = f", {duration_text(low or 0)} to {duration_text(high or 0)}" if known else ""
        yield "Takes", f"about {duration_text(estimate.seconds)}{spread}. {basis}"
    if estimate.success_percent is not None:
        yield "Succeeds", f"{int(estimate.success_percent)} % of such transfers did"


def _more(number: int, thing: str) -> Iterator[tuple[str, object]]:
    """A card that is cut says so: nobody confirms what they could not read."""
    if number > MOST_ROWS:
        yield "NOT SHOWN", f"{counted(number - MOST_ROWS, thing)} more: see them with --json"


def _cut(text: str) -> str:
    left = len(text) - MOST_VALUE
    return text if left <= 0 else f"{text[:MOST_VALUE]}… ({left:,} characters are not shown)"
