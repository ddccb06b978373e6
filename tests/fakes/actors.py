"""Actors: functions that stop before each of their port calls until a driver lets them go on.

All run in one thread (greenlets). So only the driver decides who goes on next, and a run can be
repeated exactly. An actor that the driver leaves alone is slow: the others go on, and time passes.
"""

from collections.abc import Callable

from greenlet import getcurrent, greenlet

from tests.fakes.lives import Killed, Life, current

ENDLESS = 20_000  # calls of one actor; then we take it for a loop without end


class Actor(Life):
    """`at` is the call before which it stands. It is None before the first step and after the end.
    Drivers that let everybody go on leave out a `resting` actor, but its heartbeats go on."""

    def __init__(
        self, name: str, act: Callable[[], object], on_end: "Callable[[Actor], None] | None" = None
    ) -> None:
        super().__init__(name)
        self.at: str | None = None
        self.answer: object = None
        self.error: Exception | None = None
        self.ended = False
        self.resting = False
        self.calls = 0
        self._act, self._on_end = act, on_end
        self._greenlet = greenlet(self._live)

    def advance(self, calls: int = 1) -> None:
        """Goes on until it stands before the `calls`th next call, or until its end. The first time
        it goes on to its first call."""
        for _ in range(calls):
            if self.ended or self.frozen:
                return
            self._greenlet.parent = getcurrent()
            self._greenlet.switch()

    def advance_to(self, *calls: str, at_most: int = ENDLESS) -> bool:
        """Goes on until it stands before the next of `calls`. False when it ended (or tired)
        before."""
        for _ in range(at_most):
            self.advance()
            if self.ended or self.frozen:
                return False
            if self.at in calls:
                return True
        return False

    def finish(self) -> None:
        """Makes its remaining calls, with no calls of others between them."""
        for _ in range(ENDLESS):
            if self.ended or self.frozen:
                return
            self.advance()
        raise AssertionError(f"{self.name} does not come to an end; it stands before {self.at}")

    def kill(self) -> None:
        """Ends it. Its finally blocks run, but none of their calls happens."""
        if self.ended:
            return
        self.die()
        self.frozen = False
        self._greenlet.parent = getcurrent()
        self._greenlet.throw(Killed(self.name))

    def pause(self, call: str) -> None:
        if not self.alive or getcurrent() is not self._greenlet:
            return
        self.calls += 1
        self.at = call
        parent = self._greenlet.parent
        if parent is None:
            raise AssertionError(f"{self.name} has no driver")
        parent.switch()

    def _live(self) -> None:
        current.set(self)
        try:
            self.answer = self._act()
        except Killed:
            self.alive = False
        except Exception as error:
            self.error = error
        finally:
            self.ended, self.at = True, None
        current.set(None)
        if self._on_end is not None:
            self._on_end(self)

    def __repr__(self) -> str:
        state = "ended" if self.ended else f"before {self.at or 'its first call'}"
        return f"{self.name} ({'frozen, ' if self.frozen else ''}{state})"


class Stage:
    """All actors that are still at work, in the order in which they came."""

    def __init__(self) -> None:
        self.actors: list[Actor] = []
        self.told: list[str] = []  # who came and went, to explain a finding
        self.on_end: Callable[[Actor], None] | None = None  # called with each actor that ends
        self._numbers: dict[str, int] = {}

    def start(
        self,
        name: str,
        act: Callable[[], object],
        on_end: Callable[[Actor], None] | None = None,
    ) -> Actor:
        """A new actor that stands before its first call, or is at its end where it makes no
        calls."""
        number = self._numbers[name] = self._numbers.get(name, 0) + 1

        def leave(actor: Actor) -> None:
            how = "ended" if actor.alive else "died"
            why = f": {type(actor.error).__name__} {actor.error}" if actor.error else ""
            self.told.append(f"{actor.name} {how}{why}"[:200])
            self.actors.remove(actor)
            for told in (self.on_end, on_end):
                if told is not None:
                    told(actor)

        actor = Actor(name if number == 1 else f"{name}#{number}", act, leave)
        self.actors.append(actor)
        self.told.append(f"{actor.name} begins")
        actor.advance()
        return actor

    def awake(self) -> list[Actor]:
        return [actor for actor in self.actors if not (actor.frozen or actor.resting)]
