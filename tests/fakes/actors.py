"""Actors: functions that stand still before each of their port calls until a driver lets them on.

All run in one thread (greenlets), so that the driver alone decides who goes on next, and a run can
be repeated exactly. An actor left alone is a slow one: the others go on, and time passes.
"""

from collections.abc import Callable

from greenlet import getcurrent, greenlet

from tests.fakes.lives import Killed, Life, current

ENDLESS = 20_000  # calls of one actor


class Actor(Life):
    """`at`: the call before which it stands; None before its first step and after its end.
    `resting`: drivers that let everybody go on leave it out, while its heartbeats beat on."""

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
        """To the `calls`th next call, before which it stands then, or to its end. The first time
        it comes to its first call."""
        for _ in range(calls):
            if self.ended or self.frozen:
                return
            self._greenlet.parent = getcurrent()
            self._greenlet.switch()

    def advance_to(self, *calls: str, at_most: int = ENDLESS) -> bool:
        """Until it stands before one of `calls`, anew; False when it ended (or tired) without."""
        for _ in range(at_most):
            self.advance()
            if self.ended or self.frozen:
                return False
            if self.at in calls:
                return True
        return False

    def finish(self) -> None:
        """Its remaining calls, nobody else's between them."""
        for _ in range(ENDLESS):
            if self.ended or self.frozen:
                return
            self.advance()
        raise AssertionError(f"{self.name} does not come to an end; it stands before {self.at}")

    def kill(self) -> None:
        """Its finally blocks run, and none of their calls happens."""
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
    """All actors still at work, in the order of their coming."""

    def __init__(self) -> None:
        self.actors: list[Actor] = []
        self.told: list[str] = []  # who came and went, for whoever reads a finding
        self.on_end: Callable[[Actor], None] | None = None  # whoever ends
        self._numbers: dict[str, int] = {}

    def start(
        self,
        name: str,
        act: Callable[[], object],
        on_end: Callable[[Actor], None] | None = None,
    ) -> Actor:
        """Standing before its first call already, or at its end where it makes none."""
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
