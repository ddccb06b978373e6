"""What the service sends: JSON text, one message in a frame."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from contracts.contract import Id, Published, UtcTime
from contracts.websocket.live_transfer import LiveChange, LiveTransfer

Version = Annotated[
    Literal[1],
    Field(description="another number comes only with messages that old clients break on"),
]
Code = Annotated[str, Field(description="stable, for programs")]


class ServerMessage(Published):
    """`request_id` is that of the question which is answered; null in messages of their own.

    A question may have several answers. Each but the last one says `more`.
    """

    version: Version = 1
    request_id: Id | None = None
    sent_at: UtcTime = Field(description="by the clock of the service")


class Snapshot(ServerMessage):
    """Answers `subscribe` with whole transfers. They replace what the client knew of them."""

    type: Literal["snapshot"] = "snapshot"
    transfers: tuple[LiveTransfer, ...]
    more: bool = False


class Delta(ServerMessage):
    """What has changed. `recovered`: it answers a `subscribe`, and is what the client missed."""

    type: Literal["delta"] = "delta"
    changes: tuple[LiveChange, ...]
    recovered: bool = False
    more: bool = False


class Gone(ServerMessage):
    """Nothing more is told of this transfer, or there is none that the client may see.

    `transfer_not_found`: also answers `subscribe`. If the client's own transfer was requested a
    moment ago, its snapshot comes by itself as soon as it is known here.
    """

    type: Literal["gone"] = "gone"
    transfer_id: Id
    code: Code
    message: str
    more: bool = False


class Error(ServerMessage):
    """A message was not understood or not allowed. The connection stays open, unless `closing`."""

    type: Literal["error"] = "error"
    code: Code
    message: str = Field(description="for people: what is wrong, and what to do")
    closing: bool = Field(default=False, description="the service ends the connection now")


class Pong(ServerMessage):
    """Answers `ping`."""

    type: Literal["pong"] = "pong"


SERVER_MESSAGES: dict[str, type[ServerMessage]] = {
    "snapshot": Snapshot,
    "delta": Delta,
    "gone": Gone,
    "error": Error,
    "pong": Pong,
}
AnyServerMessage = Annotated[Snapshot | Delta | Gone | Error | Pong, Field(discriminator="type")]
_READ: TypeAdapter[Any] = TypeAdapter(AnyServerMessage)


def read_message(text: str | bytes) -> Snapshot | Delta | Gone | Error | Pong:
    """What a client received. Unknown fields are ignored. Raises ValidationError, also for a type
    that this client does not know: such a message can be skipped."""
    message: Snapshot | Delta | Gone | Error | Pong = _READ.validate_json(text, extra="ignore")
    return message
