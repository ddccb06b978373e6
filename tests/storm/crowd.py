"""The calm rules of a storm: all actors go on, or one goes on, rests or dies. And the judgement."""

from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.proof import Verify
from tests.fakes.actors import Actor
from tests.storm.judge import Judge
from tests.storm.profile import Profile, blows, one_of, somebody
from tests.storm.settling import settle
from tests.storm.world import Server, StormWorld, Wish

actors = st.integers(0, 5)
few = st.sampled_from([0, 1, 2, 3, 5, 20])
SERVERS = [Server(1), Server(2), Server(4), Server(4)]
SERVERS += [Server(4, reopens=False), Server(4, reopens=False, known=False)]
SERVERS += [Server(4, reopens=False, drops_unclosed=True), Server(4, direct=True)]


class Crowd(RuleBasedStateMachine):
    profile: ClassVar[Profile] = Profile()

    @initialize(
        lanes=st.integers(1, 3),
        if_exists=st.sampled_from(IfExists),
        verify=st.sampled_from(Verify),
        old_file=st.booleans(),
        atomic=st.booleans(),
        server=st.sampled_from(SERVERS),
        work_first=st.booleans(),
        turn=st.integers(1, 12),
    )
    def begin(
        self,
        lanes: int,
        if_exists: IfExists,
        verify: Verify,
        old_file: bool,
        atomic: bool,
        server: Server,
        work_first: bool,
        turn: int,
    ) -> None:
        """`turn` is how many calls each actor makes in its turn, when all go on in the end."""
        self.turn = turn
        old_file = old_file and if_exists is not IfExists.FAIL
        about = Wish(lanes, if_exists, verify, old_file, atomic, server)
        self.world = StormWorld(about=about)
        self.world.calls.overdue_beats_first = not work_first
        self.judge = Judge(self.world, self.profile.promises)

    # --- everybody goes on -----------------------------------------------------------------------

    @rule(rounds=st.integers(1, 30))
    def go_on(self, rounds: int) -> None:
        self.world.go_on(rounds)

    @rule(call=one_of("stops"))
    def go_on_until(self, call: str) -> None:
        self.world.go_on(30, call)

    @rule(rounds=st.integers(1, 30), calls=st.integers(1, 20))
    def go_on_together(self, rounds: int, calls: int) -> None:
        self.world.go_on_together(rounds, calls)

    @rule()
    def begin_next(self) -> None:
        self.world.begin_due() or self.world.wait()

    # --- one of them goes on, rests or dies ------------------------------------------------------

    @somebody("advance")
    @rule(actor=actors, calls=st.integers(1, 25))
    def advance(self, actor: int, calls: int) -> None:
        self.actor(actor).advance(calls)

    @somebody("advance")
    @rule(actor=actors, call=one_of("stops"))
    def advance_to(self, actor: int, call: str) -> None:
        self.actor(actor).advance_to(call)

    @somebody("advance")
    @rule(actor=actors)
    def finish(self, actor: int) -> None:
        self.actor(actor).finish()

    @somebody("rest")
    @rule(actor=actors, frozen=st.booleans())
    def rest(self, actor: int, frozen: bool) -> None:
        """An actor is slow or frozen, and the others go on without it."""
        self.lay_down(self.actor(actor), frozen)

    @blows("rest")
    @rule(call=one_of("stops"), frozen=st.booleans())
    def slow(self, call: str, frozen: bool) -> None:
        """The next actor that comes to that call rests before it."""
        found = self.world.go_on(30, call)
        if found is not None:
            self.lay_down(found, frozen)

    @blows("rest")
    @rule(state=one_of("states"), calls=st.integers(0, 20), frozen=st.booleans())
    def slow_step(self, state: str, calls: int, frozen: bool) -> None:
        """Everybody goes on until that state. Its function rests after so many calls."""
        actor = self.world.go_on_to_state(state)
        if actor is not None:
            actor.advance(calls)
            self.lay_down(actor, frozen)

    @blows("overlap")
    @rule(
        state=one_of("states"),
        calls=st.integers(0, 24),
        rounds=st.sampled_from([0, 1, 2, 3, 5, 20]),
        frozen=st.booleans(),
    )
    def overlap(self, state: str, calls: int, rounds: int, frozen: bool) -> None:
        """The state times out while its function rests. The others go on without it."""
        actor = self.world.go_on_to_state(state)
        if actor is None:
            return
        actor.advance(calls)
        self.lay_down(actor, frozen)
        for execution in self.world.flow.awaiting():
            self.world.flow.time_out(execution)
        self.world.go_on(rounds)

    @somebody("rest")
    @rule(actor=actors)
    def wake(self, actor: int) -> None:
        found = self.actor(actor)
        found.resting = found.frozen = False
        self.world.stage.told.append(f"{found} goes on")

    @somebody("kill")
    @rule(actor=actors)
    def kill(self, actor: int) -> None:
        self.actor(actor).kill()

    def lay_down(self, actor: Actor, frozen: bool) -> None:
        actor.resting, actor.frozen = True, frozen
        self.world.stage.told.append(f"{actor} {'sleeps' if frozen else 'rests'}")

    def actor(self, number: int) -> Actor:
        """Number 0 is the actor that came last."""
        found = self.world.stage.actors
        return found[-1 - number % len(found)]

    # --- the judgement ---------------------------------------------------------------------------

    def check_invariants(self, *_: object, **__: object) -> None:
        """Is called after each rule. As an `@invariant` it would be printed after each step of a
        trace."""
        if hasattr(self, "judge"):
            self.judge.require()

    def teardown(self) -> None:
        if not hasattr(self, "judge"):
            return
        try:
            if self.judge.broken is None:
                settle(self.world, self.judge, self.turn)
        finally:
            for actor in list(self.world.stage.actors):
                actor.kill()
