"""Keeps on record what the files of a page may have left at the partner."""

from collections.abc import Callable, Iterator
from posixpath import dirname, join

from services.transfer.domain.errors import TargetError
from services.transfer.domain.file_traces import PAGE, Trace, TraceKind
from services.transfer.domain.ports import PartnerSession
from services.transfer.domain.proof import Proven


class PageTraces:
    """Of an attempt. `store` puts the page's mark on record, traces included. `unclear`: an earlier
    attempt ended before all its requests had their answers."""

    def __init__(self, known: set[Trace], attempt: int, store: Callable[[], None]) -> None:
        self.all = known
        self._attempt, self._store = attempt, store
        self.unclear = attempt > 1 and self._clear(attempt - 1) not in known

    def end_answered(self) -> None:
        """Every request of this attempt had its answer."""
        self.all -= {each for each in self.all if each.kind is TraceKind.CLEAR}
        if not self.unclear:
            self.all.add(self._clear(self._attempt))

    @staticmethod
    def _clear(attempt: int) -> Trace:
        return Trace(PAGE, TraceKind.CLEAR, attempt)

    def of(self, at: int, attempt: int) -> "FileTraces":
        return FileTraces(self, at, attempt)

    def half_of(self, at: int) -> str:
        """The name of a direct file that may be there and not whole. '' where there is none."""
        return self.of(at, 0).direct_name

    def record(self, trace: Trace) -> None:
        self.all.add(trace)
        self._store()

    @property
    def last(self) -> bool:
        """Whether somebody should look after one of them when the page is done."""
        return any(each.outlasts_its_page for each in self.all)


class FileTraces:
    """Of one file, which has the names of `attempt`."""

    def __init__(self, page: PageTraces, at: int, attempt: int) -> None:
        self._page, self._at, self.attempt = page, at, attempt
        self.unclear = page.unclear

    def record(self, kind: TraceKind, name: str = "") -> None:
        """It is stored before this returns."""
        self._page.record(self._trace(kind, name))

    def note(self, kind: TraceKind, name: str = "") -> None:
        """It is stored with the page's next mark."""
        self._page.all.add(self._trace(kind, name))

    def forget(self, *kinds: TraceKind) -> None:
        self._page.all -= {each for each in self._mine() if each.kind in kinds}

    def attempts(self, kind: TraceKind) -> list[int]:
        return sorted(each.attempt for each in self._mine() if each.kind is kind)

    def has(self, kind: TraceKind) -> bool:
        return bool(self.attempts(kind))

    def begun(self, path: str) -> set[TraceKind]:
        """Of a direct file under that name."""
        named = [each for each in self._mine() if each.kind in (TraceKind.BEGUN, TraceKind.HALF)]
        return {each.kind for each in named if join(dirname(path), each.name) == path}

    @property
    def direct_name(self) -> str:
        """The one that a direct file was created under. '' where none was."""
        return self.name_of(TraceKind.HALF)

    def name_of(self, kind: TraceKind) -> str:
        """'' where there is no such trace."""
        return next((each.name for each in self._mine() if each.kind is kind), "")

    def see(self, proven: Proven) -> None:
        """What was seen of it, whole, at the partner."""
        self.forget(TraceKind.SEEN)
        self.note(TraceKind.SEEN, proven.value)

    def remove(self, session: PartnerSession, part: str) -> None:
        """What the partner does not let us remove stays, and is on record."""
        try:
            session.remove(part)
        except TargetError:
            self.note(TraceKind.PART)

    def _mine(self) -> Iterator[Trace]:
        return (each for each in list(self._page.all) if each.at == self._at)

    def _trace(self, kind: TraceKind, name: str) -> Trace:
        return Trace(self._at, kind, self.attempt, name)
