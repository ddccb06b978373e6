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
