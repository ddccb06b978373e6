"""Everything that can go wrong in agent: a class per reason, with its code."""

from datetime import datetime

from kernel import refusals
from kernel.errors import DeclaredError


class AgentError(DeclaredError):
    """Root of the tree. `retryable` decides whether an event's message may work later."""


class KnownTransferBusy(AgentError):
    code, retryable = "known_transfer_busy", True
    message = "Too many write what is known of transfer {transfer_id!r} at once. Try again."
    transfer_id: str


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
