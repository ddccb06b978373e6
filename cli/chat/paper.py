"""What is seen of an answer: a model wrote it, so it is plain text, cleaned and bounded."""

import sys

from cli.chat.pieces import Pieces, rest_of
from cli.escaping import escaped, escaped_text
from cli.output import Output
from contracts.agent_api import MessageView
from contracts.websocket.server_messages import Answer

MOST_SHOWN = 100_000  # characters of an answer; nobody may flood a terminal
NOT_KEPT = "What was shown until here was not kept."
ANOTHER = "What was shown until here is not the answer as it was kept. The answer:"


class Paper:
    """One answer."""

    def __init__(self, output: Output) -> None:
        self._output, self._at_start = output, True

    def piece(self, piece: Answer) -> None:
        self._write(piece.text)
        if piece.tool:
            self._note(f"(looks at: {escaped(piece.tool)})")

    def end(self, message: MessageView, pieces: Pieces) -> None:
        """What is left of it, and why it ends early."""
        rest = rest_of(message.text, pieces.text)
        if rest is None:
            self._note(ANOTHER if message.text else NOT_KEPT)
            rest = message.text
        self._write(rest[:MOST_SHOWN])
        self._end_line()
        if len(rest) > MOST_SHOWN:
            self._output.warn(f"{len(rest) - MOST_SHOWN:,} characters more are not shown.")

    def _write(self, text: str) -> None:
        shown = escaped_text(text)
        if self._at_start:
            shown = shown.lstrip("\n")
        if shown:
            sys.stdout.write(shown)
            sys.stdout.flush()
            self._at_start = shown.endswith("\n")

    def _note(self, text: str) -> None:
        self._end_line()
        self._output.note(text)

    def _end_line(self) -> None:
        if not self._at_start:
            self._write("\n")
