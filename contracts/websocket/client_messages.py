"""What a client sends: JSON text, at most 32 KB in one frame."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.contract import Contract, Id
from contracts.websocket.limits import MAX_TRANSFERS
from contracts.websocket.live_transfer import Position

RequestId = Annotated[
    Id | None, Field(description="comes back in every answer, so that a client knows its question")
]
Scope = Literal["mine", "all"]
Transfers = Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_TRANSFERS)]


KINDS = ("transfers", "scope", "conversation")


NOTHING_KNOWN = {"known": {"maxItems": 0}}


def _one_of_them(schema: dict[str, Any]) -> None:
    schema["oneOf"] = [
        {"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in KINDS
    ]
    if "known" in schema["properties"]:
        schema["oneOf"][-1]["properties"] |= NOTHING_KNOWN


class Watched(Contract):
    """Either transfers, by their ids, or a list of them, or a conversation with the agent."""

    model_config = ConfigDict(json_schema_extra=_one_of_them)

    transfers: Transfers | None = Field(default=None, description="ids; not together with `scope`")
    scope: Scope | None = Field(
        default=None,
        description="a list: `mine` are your own transfers, `all` are everybody's, for operators,"
        " auditors and admins",
    )
    conversation: Id | None = Field(
        default=None,
        description="id of a conversation of yours: the answers in it come piece by piece, in"
        " `answer`; not together with `transfers` or `scope`",
    )

    @model_validator(mode="after")
    def _gives_one(self) -> "Watched":
        if sum(getattr(self, name) is not None for name in KINDS) != 1:
            raise PydanticCustomError("watched", "Give one of: transfers, scope, conversation.")
        return self


class Subscribe(Watched):
    """Asks for what there is now, and for every change from then on. A client may send it again for
    what it watches already."""

    action: Literal["subscribe"]
    request_id: RequestId = None
    known: Annotated[tuple[Position, ...], Field(max_length=MAX_TRANSFERS)] = Field(
        default=(),
        description="what the client has of this list or of these transfers: what it missed since"
        " then is sent as a change (`recovered`); a transfer that is not named, or whose epoch is"
        " over, is sent whole; not together with `conversation`, of which nothing is sent again",
    )

    @model_validator(mode="after")
    def _knows_transfers_only(self) -> "Subscribe":
        if self.conversation is not None and self.known:
            raise PydanticCustomError("known", "Give known with transfers or scope only.")
        return self


class Unsubscribe(Watched):
    """Ends what a `subscribe` with the same transfers, scope or conversation began. It is not
    answered. Messages that are on their way may still come."""

    action: Literal["unsubscribe"]
    request_id: RequestId = None


class Ping(Contract):
    """Keeps a quiet connection open, and asks whether the service is still there."""

    action: Literal["ping"]
    request_id: RequestId = None


CLIENT_MESSAGES: dict[str, type[Contract]] = {
    "subscribe": Subscribe,
    "unsubscribe": Unsubscribe,
    "ping": Ping,
}
