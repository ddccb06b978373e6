"""Everything that can go wrong in progress: a class per reason, with its code."""

from kernel import refusals
from kernel.errors import DeclaredError


class ProgressError(DeclaredError):
    """Root of the tree. `retryable` decides whether an event's message may work later."""


class TransferBusy(ProgressError):
    code, retryable = "transfer_busy", True
    message = "Too many write what is known of transfer {transfer_id!r} at once. Try again."
    transfer_id: str


class EndingNotCounted(ProgressError):
    code, retryable = "ending_not_counted", True
    alone = True  # runtime.consumer tries the records after it all the same
    message = "The end of transfer {transfer_id!r} could not be counted now. The event comes again."
    transfer_id: str


class FiguresBusy(ProgressError):
    code, retryable = "figures_busy", True
    message = "Too many count at once what transfer {transfer_id!r} adds to. Try again."
    transfer_id: str


class ConnectionBusy(ProgressError):
    code, retryable = "connection_busy", True
    message = (
        "Connection {connection_id!r} asks for too much at once. Send one message after another."
    )
    connection_id: str


class StatesNotRead(ProgressError):
    code, retryable = "states_not_read", True
    message = "{count} transfers could not be read now. Subscribe again in some seconds."
    count: int


class ConnectionsLeft(ProgressError):
    """Not all connections of a session or a user could be ended in time."""

    code, retryable = "connections_left", True
    message = "{count} connections of {user!r} are still to be ended. The event comes again."
    user: str
    count: int


# --- what a caller of the REST API did wrong -----------------------------------------------------


class RequestError(ProgressError):
    """Is answered to the caller."""


class OthersNotShown(refusals.RoleMissing, RequestError): ...


class FieldInvalid(refusals.FieldInvalid, RequestError): ...


class TooManyFigures(RequestError):
    code, status = "too_many_figures", 400
    message = "There are more than {most} figures. {advice}"
    most: int
    advice: str


# --- what a client did wrong -------------------------------------------------------------------


class Refused(ProgressError):
    """Is answered to the client. Its connection stays open."""


class MessageInvalid(Refused):
    """`code` is of the kind of mistake."""

    code = "message_invalid"
    message = "{what} {advice}"
    what: str
    advice: str


class BinaryMessage(Refused):
    code = "binary_message"
    message = "The message is binary. Send JSON in a text frame."


class MessageTooLarge(Refused):
    code = "message_too_large"
    message = "The message has {size} bytes. Send at most {most}: name fewer transfers."
    size: int
    most: int


class ActionUnknown(Refused):
    code = "action_unknown"
    message = "There is no action {action}. Send one of: {known}."
    action: str
    known: str


class RoleMissing(Refused):
    code = "role_missing"
    message = (
        "Watching all transfers needs the role {choice}. Subscribe to scope mine, or ask an admin."
    )
    choice: str


class TooManySubscriptions(Refused):
    code = "too_many_subscriptions"
    message = (
        "A connection watches at most {most} transfers and lists, this would make {wanted}."
        " Unsubscribe from some, or watch the list: scope mine."
    )
    most: int
    wanted: int


class TooManySubscribes(Refused):
    code = "too_many_subscribes"
    message = (
        "A connection subscribes at most {most} times in {seconds} s. Wait, and name several"
        " transfers in one message."
    )
    most: int
    seconds: int


# --- why a connection is refused or ended ------------------------------------------------------


class SessionOver(ProgressError):
    code, status = "session_over", 401
    message = "Your session is over. Sign in again, and connect with a new ticket."


class RightsChanged(ProgressError):
    code, status = "rights_changed", 403
    message = "What you may do has changed. Connect again with a new ticket."


class TooManyConnections(ProgressError):
    code, status = "too_many_connections", 429
    message = "You have {most} connections already. Close one of them, and connect again."
    most: int


class ConnectionOver(ProgressError):
    code = "connection_over"
    message = "This connection has been ended. Connect again with a new ticket."


class TooSlow(ProgressError):
    code = "too_slow"
    message = "The connection has taken in nothing for minutes. Connect again."


# --- what the WebSocket API says of a connection -------------------------------------------------


class Gone(ProgressError):
    code = "gone"
    message = "Connection {connection_id!r} is no more."
    connection_id: str


class Slow(ProgressError):
    """Whether the message arrived is not known."""

    code, retryable = "slow", True
    message = "Connection {connection_id!r} takes in nothing now."
    connection_id: str


class FrameTooLarge(ProgressError):
    """A fault of ours: frames are made to fit."""

    code = "frame_too_large"
    message = "A message of {size} bytes is larger than the WebSocket API takes."
    size: int
