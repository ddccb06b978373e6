"""Whatever crashes, comes twice or late, or goes on at once: the last state reaches everybody."""

from collections.abc import Mapping

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from kernel.caller import Caller
from tests.fakes.live_outside import Queued
from tests.fakes.live_world import BOB, JANE, OPERATOR
from tests.unit.progress.stories import CHUNKS, AnyEvent, Story
from tests.unit.progress.watching import Watcher, Watching

OWNERS = {"t-1": "jane", "t-2": "bob", "t-3": "jane"}
IDS = sorted(OWNERS)
CALLERS = [JANE, BOB, OPERATOR]
FIRST: list[tuple[Caller, dict[str, object]]] = [
    (JANE, {"transfers": ("t-1",)}),
    (JANE, {"scope": "mine"}),
    (OPERATOR, {"scope": "all"}),
]
PAGE = 2  # watches, so that audiences have pages and shards
FEW = st.integers(0, 30)
EVERY = 0


class Watchers(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.all = Watching(PAGE)
        self.world = self.all.world
        self.stories: dict[str, Story] = {}
        self.percent: dict[str, int] = {}

    @initialize(watched=st.booleans())
    def begin(self, watched: bool) -> None:
        """Mostly all is quiet at first: two transfers, whose watchers have been told of them."""
        if not watched:
            return
        for transfer_id in IDS[:2]:
            self.something_happens(transfer_id, "begin")
        for caller, wanted in FIRST:
            self.all.subscribe(self.all.connect(caller), **wanted).finish()
        for transfer_id in IDS[:2]:
            self.something_happens(transfer_id, "sample")
        self.world.settle()

    # --- transfers -------------------------------------------------------------------------------

    @rule(transfer_id=st.sampled_from(IDS), act=st.sampled_from(["sample"] * 4 + ["pause", "end"]))
    def something_happens(self, transfer_id: str, act: str) -> None:
        story = self.stories.get(transfer_id)
        if story is None:
            story = self.stories[transfer_id] = Story(transfer_id, OWNERS[transfer_id])
            self.world.hear(story.requested())
            self.world.hear(story.started())
            self.percent[transfer_id] = 0
            return
        self.world.hear(self._next(story, act))

    def _next(self, story: Story, act: str) -> AnyEvent:
        done = self.percent[story.transfer_id] = min(100, self.percent[story.transfer_id] + 10)
        if act == "pause":
            return story.paused()
        if act == "end" and done == 100:
            return story.completed()
        chunks = done * CHUNKS // 100
        waiting = f"{CHUNKS - chunks}w" if chunks < CHUNKS else ""
        return story.sample(done, chunk_runs=f"{chunks}d{waiting}" if chunks else waiting)

    # --- clients ---------------------------------------------------------------------------------

    @precondition(lambda self: len(self.all.watchers) < 8)
    @rule(caller=st.sampled_from(CALLERS))
    def somebody_connects(self, caller: Caller) -> None:
        self.all.connect(caller)

    @precondition(lambda self: self.all.watchers)
    @rule(
        which=FEW,
        transfers=st.lists(st.sampled_from(IDS), min_size=1, max_size=3, unique=True),
        what=st.sampled_from(["transfers", "mine", "all"]),
    )
    def somebody_subscribes(self, which: int, transfers: list[str], what: str) -> None:
        watcher = _of(self.all.watchers, which)
        if what == "transfers":
            self.all.subscribe(watcher, transfers=tuple(transfers))
        elif what == "mine" or watcher.caller is OPERATOR:
            self.all.subscribe(watcher, scope=what)

    @precondition(lambda self: self.all.watchers)
    @rule(which=FEW, wanted=FEW)
    def somebody_unsubscribes(self, which: int, wanted: int) -> None:
        watcher = _of(self.all.watchers, which)
        scopes = [each for each in watcher.wants if "scope" in each]
        if scopes:
            self.all.unsubscribe(watcher, **scopes[wanted % len(scopes)])

    @precondition(lambda self: self.all.watchers)
    @rule(which=FEW, how=st.sampled_from(["slow", "slow", "well", "gone"]))
    def a_connection_changes(self, which: int, how: str) -> None:
        connection_id = _of(self.all.watchers, which).client.connection_id
        if how == "slow":
            self.world.sockets.slow.add(connection_id)
        else:
            self.world.sockets.slow.discard(connection_id)
        if how == "gone":
            self.world.sockets.open.pop(connection_id, None)

    # --- workers ---------------------------------------------------------------------------------

    @rule(most=st.integers(1, 10))
    def a_worker_starts(self, most: int) -> None:
        self.all.start_worker(most)

    @rule(calls=st.one_of(st.integers(1, 12), st.just(EVERY)), dies=st.booleans())
    def a_worker_takes_all_that_is_due(self, calls: int, dies: bool) -> None:
        worker = self.all.start_worker()
        if worker is not None and calls == EVERY:
            worker.finish()
        elif worker is not None:
            worker.advance(calls)
            if dies:
                worker.kill()

    @precondition(lambda self: self.all.stage.actors)
    @rule(which=FEW, calls=st.integers(1, 12))
    def somebody_goes_on(self, which: int, calls: int) -> None:
        actors = self.all.stage.actors
        actors[which % len(actors)].advance(calls)

    @precondition(lambda self: self.all.stage.actors)
    @rule(which=FEW)
    def somebody_dies(self, which: int) -> None:
        actors = self.all.stage.actors
        actors[which % len(actors)].kill()

    @rule(seconds=st.sampled_from([0.1, 0.6, 1.0, 5.0, 130.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.pass_time(seconds)

    @precondition(lambda self: self.world.notices.queued)
    @rule(which=FEW)
    def a_message_comes_twice(self, which: int) -> None:
        queued = self.world.notices.queued
        twice = queued[which % len(queued)]
        queued.append(Queued(twice.message, self.world.clock, twice.receives))

    def teardown(self) -> None:
        self.all.settle()
        self.all.judge()


def _of(watchers: Mapping[str, Watcher], which: int) -> Watcher:
    return list(watchers.values())[which % len(watchers)]


TestWatchers = Watchers.TestCase
TestWatchers.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
