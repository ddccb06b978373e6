"""What can go wrong between Teams and the agent: a class per reason, with its code."""

from services.agent.domain.errors import AgentError


class TeamsError(AgentError):
    """Is answered to the caller of a route."""


class TeamsOff(TeamsError):
    code, status = "teams_off", 404
    message = "This stage is not connected with Microsoft Teams. Everything else works without it."


class ActivityRefused(TeamsError):
    """Nobody proved that the Bot Framework sent it to our bot."""

    code, status = "teams_token_refused", 401
    message = "The Bot Framework's token is not good: {why}."
    why: str


class TenantRefused(TeamsError):
    code, status = "teams_tenant_refused", 403
    message = "The bot answers nobody of the tenant {tenant!r}. TeamsTenants has those it answers."
    tenant: str


class KeysAway(TeamsError):
    code, status, retryable = "teams_keys_away", 503, True
    message = "The Bot Framework's keys cannot be read just now: {why}. Send it again."
    why: str


class HandoverRefused(TeamsError):
    code, status = "handover_refused", 403
    message = "This session cannot connect Teams ({why}). Log in, and ask in that session."
    why: str


class CodeNotMade(TeamsError):
    code, status, retryable = "teams_code_not_made", 502, True
    message = "The code was not made: {why}. Ask for one again."
    why: str


class TeamsBusy(TeamsError):
    code, status, retryable = "record_busy", 503, True
    message = "Too many write {what} at once. Try again."
    what: str


class HandoverOver(AgentError):
    """Auth's code was redeemed before, or is too old."""

    code = "handover_over"
    message = "The handover is over."


class SessionOver(AgentError):
    """The session behind a link gives no access any more."""

    code = "session_over"
    message = "The session is over."


class ActivityBusy(AgentError):
    """The same activity is being answered at this moment. It comes again later, in case that answer
    never ends."""

    code, retryable = "activity_busy", True
    message = "Activity {key} is being answered."
    key: str


class ConnectorAway(AgentError):
    """Teams did not take the answer, and may take it later."""

    code, retryable = "teams_connector_away", True
    message = "Teams did not take the answer: {why}."
    why: str


class ConnectorRefused(AgentError):
    """A fault of ours or of the stage's settings."""

    code = "teams_connector_refused"
    message = "Teams refused the answer: {why}."
    why: str


class ChatClosed(AgentError):
    """The person removed or blocked the bot. Nobody can be told there."""

    code = "teams_chat_closed"
    message = "Teams has no such chat for the bot any more ({answered})."
    answered: int
