"""Everything that can go wrong in agent: a class per reason, with its code."""

from kernel.errors import DeclaredError


class AgentError(DeclaredError):
    """Root of the tree. `retryable` decides whether an event's message may work later."""


class OutcomesBusy(AgentError):
    code, retryable = "outcomes_busy", True
    alone = True  # runtime.consumer tries the records after it all the same
    message = "Too many count transfers to {destination_id!r} at once. Try again."
    destination_id: str


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
