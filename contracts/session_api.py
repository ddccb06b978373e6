"""HTTP answers about the sessions of a destination: who has one, and who waits for one."""

from typing import Annotated, Literal

from pydantic import Field

from contracts.contract import Count, Id, Published, UtcTime

SeenTransfer = Annotated[
    Id | None, Field(description="null: somebody else's, which you may not see")
]


class SessionHolder(Published):
    """`kind`: a lane moves bytes; a step of a transfer looks at the server, proves, names or
    removes a file; other: for example a test of the destination, and then no transfer has it."""

    kind: Literal["lane", "step", "other"]
    transfer_id: SeenTransfer
    lane: Count | None = Field(description="its number; null where the transfer is null")
    since: UtcTime | None = Field(description="null: not known")


class WaitingTransfer(Published):
    """A transfer in the line, at the place of its first lane or step. Others may be let in before:
    steps and small files may have a session that lanes of large files leave to them."""

    position: int = Field(ge=1, description="1 is the next")
    kind: Literal["lane", "step"]
    transfer_id: SeenTransfer
    since: UtcTime
    has_session: bool = Field(description="another lane of it has one, so it moves meanwhile")


class LaneDecision(Published):
    """`from_lanes` and `to_lanes` are the same when it was decided to stay."""

    at: UtcTime
    from_lanes: Count
    to_lanes: Count
    bytes_per_second: float = Field(ge=0, description="of all lanes together, in the last window")
    success_rate: float = Field(ge=0, le=1, description="of chunks and checkpoints")
    why: str


class LanesView(Published):
    """How many lanes of large files the destination gets now. It is found out while they move."""

    target: Count
    most: Count = Field(description="what max_sessions and the workers allow")
    bytes_per_second: float = Field(ge=0, description="smoothed; 0: not measured yet")
    source_share: float = Field(
        ge=0, le=1, description="the part of the lanes' time in which they wait for S3"
    )
    why: str
    decisions: tuple[LaneDecision, ...] = Field(description="the last 20, newest first")


class SessionsView(Published):
    """A destination's sessions at this moment. `line` has the first 100 transfers, and behind them
    up to 100 that are yours. Between those are others, as their positions tell."""

    max_sessions: int
    in_use: Count = Field(description="above max_sessions for a while after that was lowered")
    holders: tuple[SessionHolder, ...]
    waiting: Count = Field(description="transfers in the line; if it is not `whole`, at least")
    whole: bool = Field(
        description="false: too many wait to find out their order, so `line` is empty"
    )
    line: tuple[WaitingTransfer, ...]
    lanes: LanesView | None = Field(
        default=None, description="null: not told by this FileFerry, which is an older one"
    )
