"""Proxies around the fakes. Each call passes the hub first."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

from tests.fakes.calls import Calls

T = TypeVar("T")
GIVES = {
    "partner.connect": "partner",
    "partner.create_file": "sink",
    "partner.open_part": "sink",
    "partner.open_reader": "reader",
    "sink.settle_aside": "settling",
    "source.authorize": "source",
    "source.authorize_many": "many",
    "many.opened": "source",
    "look.authorize_many": "look",
    "look.authorize": "look",
}
CONNECTIONS = {
    "partner.connect",
    *("source.authorize", "source.authorize_many", "many.opened"),
    *("look.authorize", "look.authorize_many"),
}  # die with their worker


def watched(name: str, target: T, calls: Calls) -> T:
    """The same port. At the hub its calls are named `name`.something."""
    return cast(T, Watched(name, target, calls))


class Watched:
    """Its other attributes are the target's. None can be set here, because tests plan at the hub
    what happens at a call."""

    __slots__ = ("_calls", "_closed", "_name", "_target")

    def __init__(self, name: str, target: object, calls: Calls) -> None:
        self._name, self._target, self._calls = name, target, calls
        self._closed = False

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401
        found = getattr(self._target, attribute)
        if attribute == "quick_files" and found is not None:
            return Watched("quick", found, self._calls)
        return self._watch(f"{self._name}.{attribute}", found) if callable(found) else found

    def _watch(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:  # noqa: ANN401
            if name in BLOCKWISE:
                return self._blocks(name, args, method(*args, **named))
            seen = (*args, *named.values())
            answer = self._calls.through(name, seen, lambda: method(*args, **named))
            if name not in GIVES or answer is None:
                return answer
            given = Watched(GIVES[name], answer, self._calls)
            if name in CONNECTIONS:
                self._calls.life().on_death(given.abandon)
            return given

        return call

    def _blocks(self, name: str, args: tuple[object, ...], blocks: Iterator[T]) -> Iterator[T]:
        """Reads each block before the caller has to wait for it, so the block may be stale."""
        for block in blocks:
            self._calls.through(name, args, lambda: None)
            yield block

    def close(self) -> None:
        self._watch(f"{self._name}.close", self._close_target)()

    def _close_target(self) -> None:
        self._closed = True
        cast(Any, self._target).close()

    def abandon(self) -> None:
        if not self._closed:
            self._close_target()

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


BLOCKWISE = {
    *{"source.read", "reader.read"},
    *{"many.listed", "many.looked_at", "many.fetched", "quick.put"},
    *{"transfers.open_transfers", "ledger.done_chunks", "sessions.due"},
}
