"""What a display of watched transfers is told."""

from typing import Protocol

from cli.live.shown import Shown


class Display(Protocol):
    """`tick` comes several times a second, except while a call takes long."""

    def begin(self) -> None: ...

    def changed(self, shown: Shown) -> None: ...

    def missing(self, transfer_id: str) -> None: ...

    def note(self, text: str) -> None: ...

    def tick(self) -> None: ...

    def end(self) -> None:
        """Takes away what moves. Is called whatever happens."""
        ...
