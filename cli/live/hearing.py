"""Takes in what is heard of transfers, from the stream and from looks, and tells the display."""

from cli.errors import NoRight
from cli.escaping import escaped
from cli.live.board import Board
from cli.live.display import Display
from cli.live.known import Known
from cli.live.looks import Looks
from cli.live.shown import Shown, from_live
from cli.live.stream import StreamFailed
from cli.live.watched import Watched
from contracts.websocket.live_transfer import LiveTransfer
from contracts.websocket.server_messages import Delta, Error, Gone, Message, Snapshot

ROLE_MISSING = "role_missing"


class Hearing:
    """An end that is the first thing heard of a transfer may be the end of an earlier run: somebody
    has just retried it. The REST API is asked before it is believed."""

    def __init__(
        self, watched: Watched, board: Board, display: Display, looks: Looks, known: Known
    ) -> None:
        self._watched, self._board, self._display = watched, board, display
        self._looks, self.known = looks, known
        self._untold: set[str] = set()
        self._refusals: set[str] = set()
        self._unproven: dict[str, Shown] = {}

    def take(self, message: Message) -> None:
        """Raises NoRight where a list may not be watched, and StreamFailed where it is not."""
        self._board.heard(message.sent_at)
        if isinstance(message, Snapshot | Delta):
            for live in self.known.hear(message):
                age = (message.sent_at - live.seen_at).total_seconds()  # by one clock, not by ours
                self._told(live, age)
        elif isinstance(message, Gone):
            for each in message.transfer_ids:
                self._gone(each)
        elif isinstance(message, Error):
            self._refused(message)

    def looked(self, transfer_id: str, shown: Shown | None) -> None:
        self._board.heard()
        doubted = self._unproven.pop(transfer_id, None)
        if shown is not None:
            if doubted and not shown.ended:
                self._untold.add(transfer_id)  # until the stream tells of the new run
            self._see(shown)
        elif self._watched.scope:
            self._board.drop(transfer_id)
        elif self._board.miss(transfer_id):
            self._untold.discard(transfer_id)
            self._display.missing(transfer_id)

    def listed(self, shown: Shown) -> None:
        """A list does not say how far a transfer is: one that is known is looked at by itself."""
        if shown.id not in self._board.shown:
            self._see(shown)

    def believe_the_stream(self) -> None:
        """The REST API cannot be asked."""
        unproven, self._unproven = self._unproven, {}
        for shown in unproven.values():
            self._see(shown)

    def to_look_at(self, polling: bool) -> tuple[str, ...]:
        """Those that nobody tells of by themselves."""
        watched = self._watched.transfers or tuple(self._board.shown)
        chosen = self._board.unfinished(watched)
        return chosen if polling else tuple(each for each in chosen if each in self._untold)

    def _told(self, live: LiveTransfer, age: float) -> None:
        shown = from_live(live)
        before = self._board.shown.get(shown.id)
        unheard_of = before is None
        if before is None or shown.run >= before.run:
            self._untold.discard(shown.id)
        else:
            self._untold.add(shown.id)  # the stream is behind what the REST API told
        retryable = shown.status in ("failed", "cancelled")
        if unheard_of and retryable and not self._watched.scope:
            self._unproven[shown.id] = shown
            self._looks.ask(shown.id)
        else:
            self._see(shown, age)

    def _see(self, shown: Shown, age: float = 0.0) -> None:
        if self._board.see(shown, age):
            self._display.changed(self._board.shown[shown.id])
        if self._watched.scope:
            for each in self._board.old_ends():
                self._board.drop(each)
                self.known.forget(each)

    def _gone(self, transfer_id: str) -> None:
        self.known.forget(transfer_id)
        if self._watched.scope:
            self._board.drop(transfer_id)
        elif transfer_id in self._watched.transfers:
            self._untold.add(transfer_id)
            self._looks.ask(transfer_id)

    def _refused(self, error: Error) -> None:
        """A connection that the service ends is opened again, and only a right that is missing is
        no matter of the connection. What is not told here is looked at."""
        if error.closing:
            return
        message = escaped(error.message)
        if self._watched.scope and error.code == ROLE_MISSING:
            raise NoRight(message, code=error.code)
        if self._watched.scope:
            raise StreamFailed(message)
        if error.code not in self._refusals:
            self._refusals.add(error.code)
            self._display.note(message)
        self._untold.update(each for each in self._watched.transfers if each not in self.known)
