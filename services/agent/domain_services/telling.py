"""Tells those who watch what is being written, and looks whether it shall be stopped."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.agent.domain.conversation import Conversation
from services.agent.domain.errors import TurnEnded
from services.agent.domain.ports import Piece, Ports
from services.agent.domain.trouble import ANSWER_LOST, STOPPED

TELLS_EVERY = timedelta(seconds=0.3)
LOOKS_EVERY = timedelta(seconds=1)
MOST_PIECE = 4_000  # characters: a frame of the WebSocket has 32 KB, and JSON escapes


@dataclass
class Telling:
    """`written` is what the model has said since `begin`, told or not."""

    conversation: Conversation  # in its turn
    correlation_id: str
    ports: Ports
    written: str = ""
    _waiting: str = ""
    _pieces: int = 0
    _spoke: bool = False
    _silent: bool = False
    _told_at: datetime = field(init=False)
    _looked_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._told_at = self._looked_at = self.ports.now()

    def begin(self) -> None:
        """Another answer of the model, in a paragraph of its own."""
        self.written = ""

    def said(self, text: str) -> None:
        """Raises TurnEnded when the user stopped it."""
        if text and self._spoke and not self.written:
            self._waiting += "\n\n"
        self.written += text
        self._waiting += text
        self._spoke = self._spoke or bool(text)
        now = self.ports.now()
        if self._waiting and now - self._told_at >= TELLS_EVERY:
            self._tell()
        if now - self._looked_at >= LOOKS_EVERY:
            self.look()

    def look(self) -> None:
        """Raises TurnEnded when the user stopped it, or when somebody else answers by now."""
        self._looked_at = self.ports.now()
        found, mine = self.ports.conversations.read(self.conversation.id), self.conversation.turn
        turn = found.turn if found else None
        if turn is None or mine is None or turn.id != mine.id:
            raise TurnEnded(ANSWER_LOST)
        if turn.stop:
            raise TurnEnded(STOPPED)

    def looks_at(self, tool: str) -> None:
        self._tell(tool=tool)

    def end(self) -> None:
        self._silent = False
        self._tell(ended=True)

    def _tell(self, tool: str | None = None, *, ended: bool = False) -> None:
        """All that waits. After a piece that was lost only the end is told: nobody waits for a bus
        that hangs."""
        text, self._waiting = self._waiting, ""
        begins = range(0, max(len(text), 1), MOST_PIECE)
        for begin in begins:
            last = begin == begins[-1]
            piece = Piece(
                conversation_id=self.conversation.id,
                owner=self.conversation.owner,
                turn_id=self.conversation.turn.id if self.conversation.turn else "",
                correlation_id=self.correlation_id,
                number=self._pieces,
                text=text[begin : begin + MOST_PIECE],
                tool=tool if last else None,
                ended=ended and last,
            )
            self._pieces += 1
            self._silent = self._silent or not self.ports.stream.tell(piece)
        self._told_at = self.ports.now()
