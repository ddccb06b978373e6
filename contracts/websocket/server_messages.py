"""What the service sends: JSON text, one message in a frame."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from contracts.agent_events import Piece, ToolName
from contracts.contract import Count, Id, Published, UtcTime
from contracts.websocket.limits import MAX_TRANSFERS
from contracts.websocket.live_transfer import LiveChange, LiveTransfer

Version = Annotated[
    Literal[1],
    Field(description="another number comes only with messages that old clients break on"),
]
Code = Annotated[str, Field(description="stable, for programs")]
More = Annotated[bool, Field(description="another answer to the same question follows")]


def _always_told(schema: dict[str, Any]) -> None:
    """Both have a default for their writer. Readers can count on them."""
    schema.pop("additionalProperties", None)
    schema["required"] = ["type", "version", *schema["required"]]


class ServerMessage(Published):
    """`type` says which message it is."""

    model_config = ConfigDict(json_schema_extra=_always_told)

    version: Version = 1
    request_id: Id | None = Field(
        default=None, description="of the question that is answered; null: it answers none"
    )
    sent_at: UtcTime = Field(description="by the clock of the service")


class Snapshot(ServerMessage):
    """Whole transfers: they answer `subscribe`, or are new in what is watched. Each takes the place
    of what the client knew of it, unless that has the same epoch and a larger `seq`."""

    type: Literal["snapshot"] = "snapshot"
    transfers: tuple[LiveTransfer, ...]
    more: More = False


class Delta(ServerMessage):
    """What has changed."""

    type: Literal["delta"] = "delta"
    changes: tuple[LiveChange, ...]
    recovered: bool = Field(
        default=False, description="it answers a `subscribe`, and is what the client missed"
    )
    more: More = False


class Gone(ServerMessage):
    """There are no such transfers, or none that the client may see. The client forgets what it knew
    of them."""

    type: Literal["gone"] = "gone"
    transfer_ids: Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_TRANSFERS)]
    code: Code
    message: str = Field(description="for people: what happened, and what to do")
    more: More = False


class Answer(ServerMessage):
    """A piece of an answer that the agent writes just now, in a conversation that is watched. Show
    `text` as plain text: it is written by a model, and may repeat words of somebody else."""

    type: Literal["answer"] = "answer"
    request_id: None = Field(default=None, description="always null: it answers no question")
    conversation_id: Id
    turn_id: Id = Field(description="one message of the user and the agent's answer to it")
    number: Count = Field(description="pieces of a turn are numbered from 0")
    text: Piece = Field(default="", description="goes behind the text of the pieces before")
    tool: ToolName | None = Field(default=None, description="what the agent looks at just now")
    ended: bool = Field(default=False, description="the turn is over: read the conversation")


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
    "answer": Answer,
    "error": Error,
    "pong": Pong,
}
Message = Snapshot | Delta | Gone | Answer | Error | Pong
AnyServerMessage = Annotated[Message, Field(discriminator="type")]
_READ: TypeAdapter[Any] = TypeAdapter(AnyServerMessage)


def read_message(text: str | bytes) -> Message:
    """What a client received. Unknown fields are ignored. Raises ValidationError, also for a type
    that this client does not know: such a message can be skipped."""
    message: Message = _READ.validate_json(text, extra="ignore")
    return message
