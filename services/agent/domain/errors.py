"""Everything that can go wrong in agent: a class per reason, with its code."""

from datetime import datetime

from kernel import refusals
from kernel.errors import DeclaredError
from services.agent.domain.trouble import Trouble


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


# --- conversations -------------------------------------------------------------------------------


class ConversationError(AgentError):
    """Is answered to the caller."""


class RoleMissing(refusals.RoleMissing, ConversationError): ...


class IdempotencyConflict(refusals.IdempotencyConflict, ConversationError): ...


class KeyUsedElsewhere(ConversationError):
    code, status = "idempotency_conflict", 409
    message = "Idempotency-Key {key!r} belongs to a message of another conversation. Use a new key."
    key: str


class ConversationNotFound(ConversationError):
    """Is also the answer for a conversation that the caller may not see."""

    code, status = "conversation_not_found", 404
    message = (
        "There is no conversation {conversation_id!r}. List yours with GET"
        " /api/agent/conversations, or begin one with POST there."
    )
    conversation_id: str


class NotYours(ConversationError):
    code, status = "not_yours", 403
    message = "Conversation {conversation_id!r} belongs to {owner!r}. Only they talk in it."
    conversation_id: str
    owner: str


class ConversationBusy(ConversationError):
    code, status, retryable = "conversation_busy", 409, True
    message = (
        "The agent is still answering in conversation {conversation_id!r}. Wait for it, or end it"
        " with POST /api/agent/conversations/{conversation_id}/stop."
    )
    conversation_id: str


class ConversationFull(ConversationError):
    code, status = "conversation_full", 409
    message = "Conversation {conversation_id!r} has {most} messages at most. Begin a new one."
    conversation_id: str
    most: int


class AgentOff(ConversationError):
    code, status = "agent_off", 503
    message = "This stage has no model for the agent. Everything else works without it."


class RecordBusy(ConversationError):
    code, status, retryable = "record_busy", 503, True
    message = "Too many write {what} at once. Try again."
    what: str


class TurnEnded(AgentError):
    """The answer ends here, for a reason that its reader is told."""

    code = "turn_ended"
    message = "The answer ended early: {trouble}."
    trouble: Trouble


# --- the model -----------------------------------------------------------------------------------


class ModelError(AgentError):
    """Ends a turn. Its message is told to the user as the answer's trouble. `why` is for the log:
    the first words of what Bedrock said."""

    why: str


class ModelBusy(ModelError):
    """Nothing was read or written."""

    code, retryable = "model_busy", True
    message = "The model has too much to do just now. Ask again in a minute."


class ModelAway(ModelError):
    """Nobody knows whether it was read."""

    code, retryable = "model_away", True
    message = "The model cannot be reached just now, or broke off. Ask again in some minutes."


class ModelRefused(ModelError):
    """A fault of ours or of the stage's settings: rights, model id, guardrail, a wrong request."""

    code = "model_refused"
    message = (
        "The model refused what we sent. Tell an operator; the log says what it said. Everything"
        " else works without the agent."
    )


class ContextTooLong(ModelError):
    code = "context_too_long"
    message = "The conversation is longer than the model can read."


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


class NotDoneYet(ProposalError):
    """Before anything was done, the API did not answer, or said that it cannot do it just now."""

    code, status, retryable = "confirm_not_done", 502, True
    message = (
        "Nothing of proposal {proposal_id!r} was done just now: {reason} Confirm it again while it"
        " is good."
    )
    proposal_id: str
    reason: str


class ConfirmUnclear(ProposalError):
    code, status, retryable = "confirm_unclear", 502, True
    message = (
        "Nobody knows whether all of proposal {proposal_id!r} was done ({reason}). Confirm it again"
        " after {until:%H:%M:%S} UTC: what was done is found then, and nothing is done twice."
    )
    proposal_id: str
    reason: str
    until: datetime


class ConfirmUnfinished(ProposalError):
    code, status, retryable = "confirm_unfinished", 503, True
    message = (
        "{settled} of the {steps} steps of proposal {proposal_id!r} are settled: {reason} Confirm"
        " it again to go on: nothing is done twice."
    )
    proposal_id: str
    settled: int
    steps: int
    reason: str


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
