"""What a client sends: JSON text, at most 32 KB in one frame."""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.contract import Contract, Id
from contracts.websocket.live_transfer import Position

MAX_TRANSFERS = 100  # of one message, so that a message fits into a frame
RequestId = Annotated[
    Id | None, Field(description="comes back in every answer, so that a client knows its question")
]
Scope = Literal["mine", "all"]
Transfers = Annotated[tuple[Id, ...], Field(min_length=1, max_length=MAX_TRANSFERS)]


class Watched(Contract):
    """Either some transfers, or a list of them. `mine` are the caller's own, `all` are everybody's,
    for operators, auditors and admins."""

    transfers: Transfers | None = None
    scope: Scope | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Watched":
        if (self.transfers is None) == (self.scope is None):
            raise PydanticCustomError("watched", "Give either transfers or scope.")
        return self


class Subscribe(Watched):
    """`known`: what the client knows from an earlier connection. What it missed since then is sent
    as a change (`recovered`). A transfer that is not named, or whose epoch is over, is sent whole.
    """

    action: Literal["subscribe"]
    request_id: RequestId = None
    known: Annotated[tuple[Position, ...], Field(max_length=MAX_TRANSFERS)] = ()


class Unsubscribe(Watched):
    """Is answered with nothing. Messages that are on their way may still come."""

    action: Literal["unsubscribe"]
    request_id: RequestId = None


class Ping(Contract):
    """Keeps a quiet connection open and asks whether the service is still there."""

    action: Literal["ping"]
    request_id: RequestId = None


CLIENT_MESSAGES: dict[str, type[Contract]] = {
    "subscribe": Subscribe,
    "unsubscribe": Unsubscribe,
    "ping": Ping,
}
