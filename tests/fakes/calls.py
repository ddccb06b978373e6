"""The one hub that every call of every port passes. It counts calls, makes time pass and plays
faults.

Names of calls are `partner.connect`, `partner.rename`, `sink.write`, `source.read` (each block),
`transfers.save`, `ledger.claim`, `message.extend` and so on. Wherever a name is asked for, a
pattern such as `partner.*` will do.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

from tests.fakes.lives import Killed, Life, Shadow, current

T = TypeVar("T")
Error = BaseException | Callable[[], BaseException]
Observer = Callable[[str, tuple[object, ...], object], None]
TINY_SECONDS = 0.001


@dataclass
class Planned:
    """What happens at a call. Calling this tells whether it has happened."""

    call: str
    after: int  # how many such calls go well before it
    act: Callable[[], object] | None = None  # is called first
    error: Error | None = None  # is raised instead of the call
    lost: Error | None = None  # is raised instead of the answer; the call happens
    kills: bool = False
    forever: bool = False
    met: int = 0
    ended: bool = False

    def __call__(self) -> bool:
        return self.met > 0

    def end(self) -> None:
        self.ended = True

    def is_due(self, name: str) -> bool:
        if self.ended or not fnmatchcase(name, self.call):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.met += 1
        self.ended = not self.forever
        return True


@dataclass
class Beat:
    beat: Callable[[], object]
    every_seconds: float
    life: Life
    due: float  # in seconds since the hub began

    @property
    def beats(self) -> bool:
        return self.life.alive and not self.life.frozen


class Calls:
    """`counts` is by name. `cost` is in seconds, by name or pattern. `usual_cost` is for all
    others."""

    def __init__(
        self, move_clock: Callable[[float], None], usual_cost: float = TINY_SECONDS
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.cost: dict[str, float] = {}
        self.observers: list[Observer] = []  # get (name, arguments, answer) of good calls
        self.elapsed = 0.0
        self.beats_broken: list[Exception] = []  # what beats raised
        self.overdue_beats_first = True  # after a worker was frozen; if False its work comes first
        self._move_clock = move_clock
        self._usual_cost = usual_cost
        self._planned: list[Planned] = []
        self._beats: list[Beat] = []
        self._beating = False
        self._outside = Life("nobody")

    # --- what tests plan -------------------------------------------------------------------------

    def before(self, call: str, act: Callable[[], object], number: int = 1) -> Planned:
        """Calls `act` just before the `number`th such call from now on. It may raise instead of
        it."""
        return self._plan(Planned(call, number - 1, act=act))

    def before_each(self, call: str, act: Callable[[], object]) -> Planned:
        """As `before`, for every such call until `end()` of what this returns. An `act` that makes
        such a call itself has to make it at the fake, not through the hub."""
        return self._plan(Planned(call, 0, act=act, forever=True))

    def fail(self, call: str, error: Error, after: int = 0) -> Planned:
        """Raises the error once, instead of a call, after `after` such calls were made."""
        return self._plan(Planned(call, after, error=error))

    def refuse(self, call: str, error: Error, after: int = 0) -> Planned:
        """As `fail`, for every such call until `end()` of what this returns."""
        return self._plan(Planned(call, after, error=error, forever=True))

    def lose_answer(self, call: str, error: Error, after: int = 0) -> Planned:
        """The call happens, but `error` is raised instead of its answer. An `error` that is a
        function is called only then."""
        return self._plan(Planned(call, after, lost=error))

    def slow(self, call: str, seconds: float, number: int = 1) -> Planned:
        """Makes that call take so long. Heartbeats go on meanwhile."""
        return self.before(call, lambda: self.pass_time(seconds), number)

    def kill(self, call: str, number: int = 1) -> Planned:
        """Kills whoever makes that call, before the call: a lane turn, a step, an actor, or what
        runs in `worker()`. It raises Killed."""
        return self._plan(Planned(call, number - 1, kills=True))

    def forget(self) -> None:
        """Drops everything that was planned."""
        self._planned.clear()

    def _plan(self, planned: Planned) -> Planned:
        self._planned.append(planned)
        return planned

    # --- who calls -------------------------------------------------------------------------------

    def life(self) -> Life:
        return current.get() or self._outside

    @contextmanager
    def worker(self, name: str = "worker") -> Iterator[Life]:
        """A process that can be killed on its own. Inside an actor it is the actor's process."""
        found = current.get()
        if found is not None:
            yield found
            return
        with self.lived_by(Life(name)) as life:
            yield life

    @contextmanager
    def lived_by(self, life: Life) -> Iterator[Life]:
        token = current.set(life)
        try:
            yield life
        finally:
            current.reset(token)

    # --- calls -----------------------------------------------------------------------------------

    def through(self, name: str, arguments: tuple[object, ...], call: Callable[[], T]) -> T:
        life = self.life()
        life.require_alive()
        life.pause(name)
        life.require_alive()
        self.counts[name] += 1
        self.pass_time(self._cost_of(name))
        lost: Error | None = None
        for planned in [each for each in self._planned if each.is_due(name)]:
            self._befall(planned, life)
            lost = lost or planned.lost
        self._planned = [each for each in self._planned if not each.ended]
        life.require_alive()
        answer = call()
        for observe in self.observers:
            observe(name, arguments, answer)
        error = _made(lost)
        if error is not None:
            raise error
        return answer

    def _befall(self, planned: Planned, life: Life) -> None:
        if planned.act is not None:
            with self.lived_by(Life("somebody else")):
                planned.act()
        if planned.kills:
            if life is self._outside:
                raise ValueError(f"only a worker can be killed at {planned.call}: use worker()")
            life.die()
            raise Killed(life.name)
        error = _made(planned.error)
        if error is not None:
            raise error

    def _cost_of(self, name: str) -> float:
        if name in self.cost:
            return self.cost[name]
        told = (seconds for call, seconds in self.cost.items() if fnmatchcase(name, call))
        return next(told, self._usual_cost)

    # --- time ------------------------------------------------------------------------------------

    @contextmanager
    def beating(self, beat: Callable[[], object], every_seconds: float) -> Iterator[None]:
        """Does what a thread does in production while its worker waits. The beat is called as time
        passes, outside the actor, and never waits. It is not called while its worker is frozen, and
        never after the worker's death."""
        mine = Beat(beat, every_seconds, self.life(), self.elapsed + every_seconds)
        self._beats.append(mine)
        try:
            yield
        finally:
            self._beats.remove(mine)

    def pass_time(self, seconds: float) -> None:
        end = self.elapsed + seconds
        while not self._beating:
            beats = [each for each in self._beats if each.beats]
            first = min(beats, key=lambda each: each.due, default=None)
            if first is None or first.due > end:
                break
            self._move_to(first.due)
            self._beat(first)
        self._move_to(end)

    def _move_to(self, moment: float) -> None:
        if moment > self.elapsed:
            self._move_clock(moment - self.elapsed)
            self.elapsed = moment

    def _beat(self, mine: Beat) -> None:
        late = self.elapsed > mine.due
        mine.due = self.elapsed + mine.every_seconds
        if late and not self.overdue_beats_first:
            return
        self._beating = True
        try:
            with self.lived_by(Shadow(mine.life)):
                mine.beat()
        except Killed:
            pass  # its worker notices at its next call
        except Exception as error:
            self.beats_broken.append(error)  # the next beat comes all the same
        finally:
            self._beating = False


def _made(error: Error | None) -> BaseException | None:
    return error if error is None or isinstance(error, BaseException) else error()
