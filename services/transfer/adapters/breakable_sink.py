"""What every ChunkSink does when something goes wrong: it stays broken, and says why each time."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from services.transfer.domain.errors import PartnerError, TransferError
from services.transfer.domain.ports import Settling


class BreakableSink(ABC):
    def __init__(self) -> None:
        self._broken: TransferError | None = None
        self._closed = False

    @abstractmethod
    def close(self) -> None: ...

    def settle_aside(self) -> Settling | None:
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        """A connection that breaks only now has carried all that was flushed."""
        try:
            self.close()
        except PartnerError:
            pass
        except TransferError:
            if not any(exc):  # otherwise the first error is the one to raise
                raise

    @contextmanager
    def _unbroken(self) -> Iterator[None]:
        if self._broken is not None:
            raise self._broken
        if self._closed:
            raise ValueError("the sink is closed")
        try:
            yield
        except TransferError as error:
            self._broken = error
            raise
