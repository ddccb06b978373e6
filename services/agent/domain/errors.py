"""Everything that can go wrong in agent: a class per reason, with its code."""

from datetime import datetime

from kernel import refusals
from kernel.errors import DeclaredError


class AgentError(DeclaredError):
    """Root of the tree. `retryable` decides whether an event's message may work later."""


class OutcomesBusy(AgentError):
    code, retryable = "outcomes_busy", True
    alone = True  # runtime.consumer tries the records after it all the same
    message = "Too many count transfers to {destination_id!r} at once. Try again."
    destination_id: str


class AskedWrong(AgentError):
    """The model asked a tool for what makes no sense, or named what it was not told."""

    code = "asked_wrong"
    message = "{sentence}"
    sentence: str


# --- what our REST API answers --------------------------------------------------------------------


class ApiRefused(AgentError):
    """`problem` is the API's own code, and `sentence` its own words: they may repeat what others
    wrote. Nothing was done."""

    code = "api_refused"
    message = "{operation} was refused ({answered} {problem}): {sentence}"
    operation: str
    answered: int
    problem: str
    sentence: str


class ApiAway(AgentError):
    """No answer, or none that says whether anything was done."""

    code, retryable = "api_away", True
    message = "{operation} was not answered: {reason}."
    operation: str
    reason: str


# --- proposals -----------------------------------------------------------------------------------


class ProposalError(AgentError):
    """Is answered to the caller."""


class FieldInvalid(refusals.FieldInvalid, ProposalError): ...


class ProposalNotFound(ProposalError):
    code, status = "proposal_not_found", 404
    message = (
        "There is no proposal {proposal_id!r} of yours. List yours with GET /api/agent/proposals."
    )
    proposal_id: str


class DigestDiffers(ProposalError):
    """What was shown is not what would be done."""

    code, status = "digest_differs", 409
    message = (
        "Proposal {proposal_id!r} has another digest than {digest!r}. Nothing was done. Read the"
        " proposal again, and decide about what it says."
    )
    proposal_id: str
    digest: str


class ProposalOver(ProposalError):
    code, status = "proposal_over", 409
    message = (
        "Proposal {proposal_id!r} is {state}: nothing can be done with it any more. Ask the agent"
        " for a new one."
    )
    proposal_id: str
    state: str


class BeingConfirmed(ProposalError):
    code, status, retryable = "being_confirmed", 409, True
    message = (
        "Proposal {proposal_id!r} is being confirmed. Read it again; if it still says so after"
        " {until:%H:%M:%S} UTC, confirm it again: nothing is done twice."
    )
    proposal_id: str
    until: datetime


class ProposalTooOld(ProposalError):
    """Its steps may have been done and forgotten. Nobody can tell by the keys any more."""

    code, status = "proposal_too_old", 409
    message = (
        "Proposal {proposal_id!r} was confirmed more than a day ago, and its end is not known."
        " Look at your transfers and tickets, then ask the agent again."
    )
    proposal_id: str


class ProposalsBusy(ProposalError):
    code, status, retryable = "proposals_busy", 503, True
    message = "Too many write the proposals of {record!r} at once. Try again."
    record: str
