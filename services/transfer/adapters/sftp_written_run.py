"""What was written over SFTP since a flush, and how it becomes durable while more is written."""

from collections.abc import Callable


class WrittenRun:
    """The writes since a flush, as far as each begins where the one before it ended."""

    def __init__(self) -> None:
        self.acknowledged_until: int | None = None
        self.unacknowledged = 0
        self._begin = 0
        self._sent_until: int | None = None  # None: a write began elsewhere, so the run is over
        self._early: dict[int, int] = {}  # begin: end, of writes acknowledged behind a gap
        self._trusted = True

    def sent(self, begin: int, end: int) -> bool:
        """Whether this write belongs to the run."""
        if self.acknowledged_until is None:
            self.acknowledged_until = self._begin = self._sent_until = begin
        belongs = begin == self._sent_until
        self._sent_until = end if belongs else None
        return belongs

    def acknowledged(self, begin: int, end: int) -> None:
        """A write of the run was acknowledged. Servers may answer in any order."""
        if not self._trusted:
            return
        self._early[begin] = end
        while self.acknowledged_until in self._early:
            self.acknowledged_until = self._early.pop(self.acknowledged_until)

    def distrust(self) -> None:
        """The server took its acknowledgements back. None of them counts, and no later one
        either."""
        self._trusted = False
        if self.acknowledged_until is not None:
            self.acknowledged_until = self._begin


class SftpSettling:
    """A Settling. `look` asks for an fsync once the run is acknowledged, and takes in answers."""

    def __init__(self, run: WrittenRun, look: Callable[["SftpSettling"], None]) -> None:
        self.run, self._look = run, look
        self.asked = self.unsupported = self.durable = False

    def is_durable(self) -> bool:
        if not self.durable:
            self._look(self)
        return self.durable

    def acknowledged_until(self) -> int | None:
        return self.run.acknowledged_until
