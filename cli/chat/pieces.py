"""Puts the pieces of an answer in their order, in whatever order they come."""

from collections.abc import Iterator

from contracts.websocket.server_messages import Answer

MOST_HELD = 500  # pieces that wait for an earlier one
MOST_PIECES = 5_000  # more than an answer of 25 seconds has
MOST_TEXT = 50_000  # characters; the whole answer is shown when it is there


class Pieces:
    """Of one turn. `text` is what was given out. Behind a piece that is lost none is given out."""

    def __init__(self, old_turns: frozenset[str] = frozenset()) -> None:
        """`old_turns` are over: what still comes of them is late."""
        self._old, self.turn_id = old_turns, ""
        self._held: dict[int, Answer] = {}
        self._next, self.text = 0, ""

    def take(self, piece: Answer) -> Iterator[Answer]:
        """Those that can be shown now."""
        if piece.turn_id in self._old or (self.turn_id and piece.turn_id != self.turn_id):
            return
        self.turn_id = piece.turn_id
        if piece.number < self._next or len(self._held) >= MOST_HELD:
            return
        self._held[piece.number] = piece
        while (found := self._held.pop(self._next, None)) is not None:
            self._next += 1
            if self._next > MOST_PIECES or len(self.text) + len(found.text) > MOST_TEXT:
                self._held.clear()
                self._next = -1  # nothing more is shown
                return
            self.text += found.text
            yield found


def rest_of(whole: str, shown: str) -> str | None:
    """What is left of the answer behind what was shown of it. None when that was something else.
    Blanks do not count: the service strips them around paragraphs."""
    at = 0
    for character in shown:
        if character.isspace():
            continue
        while at < len(whole) and whole[at].isspace():
            at += 1
        if at == len(whole) or whole[at] != character:
            return None
        at += 1
    return whole[at:].lstrip() if shown[-1:].isspace() else whole[at:]
