"""What a client knows, whatever happens to the messages on their way."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cli.live.chunk_runs import shortest
from cli.live.known import Known
from cli.live.shown import Shown, from_live, onward
from contracts.websocket.live_transfer import ChunkChange, LiveChange, LiveTransfer
from contracts.websocket.server_messages import Delta, Snapshot
from tests.doubles.live_state import BEGIN, LiveState, transfer


def snapshot(*transfers: LiveTransfer) -> Snapshot:
    return Snapshot(sent_at=BEGIN, transfers=transfers)


def delta(*changes: LiveChange) -> Delta:
    return Delta(sent_at=BEGIN, changes=changes)


def known_of(state: LiveState) -> Known:
    known = Known()
    known.hear(snapshot(state.now))
    return known


def test_a_change_from_any_position_between_base_and_seq_is_applied() -> None:
    state = LiveState(transfer())
    known = known_of(state)
    for percent in (10, 20, 30):
        state.moved(percent)
    known.hear(delta(state.delta(1)))
    assert known["t-1"] == state.now
    assert not known.behind


def test_a_change_that_begins_further_on_is_asked_for() -> None:
    state = LiveState(transfer())
    known = known_of(state)
    state.moved(10)
    state.moved(20)
    assert known.hear(delta(state.delta(2))) == ()
    assert known.behind == {"t-1"}
    known.hear(delta(state.delta(1)))
    assert known["t-1"] == state.now
    assert not known.behind


def test_changed_chunks_are_for_those_at_exactly_base() -> None:
    state = LiveState(transfer())
    ahead = known_of(state)
    state.moved(10)
    at_base = known_of(state)
    ahead.hear(delta(state.delta(1)))
    state.change(chunk_runs="10d2m88w")
    change = state.delta(2, chunk_changes=(ChunkChange(first=10, runs="2m"),))
    at_base.hear(delta(change))
    assert at_base["t-1"].chunk_runs == "10d2m88w"
    further = known_of(LiveState(state.now.model_copy(update={"seq": 2, "chunk_runs": None})))
    further.hear(delta(change.model_copy(update={"base": 1})))
    assert further.behind == {"t-1"}


def test_a_list_does_not_take_details_away() -> None:
    state = LiveState(transfer())
    known = known_of(state)
    listed = state.now.model_copy(update={"chunk_runs": None})
    known.hear(snapshot(listed))
    assert known["t-1"] == state.now


def test_changed_chunks_that_do_not_fit_are_asked_for_from_the_beginning() -> None:
    state = LiveState(transfer())
    known = known_of(state)
    state.change(chunk_runs="100m")
    known.hear(delta(state.delta(1, chunk_changes=(ChunkChange(first=99, runs="2m"),))))
    assert known.behind == {"t-1"}
    assert known.positions(["t-1"]) == ()


def test_an_overtaken_snapshot_is_ignored() -> None:
    state = LiveState(transfer())
    old = state.now
    known = known_of(state)
    state.moved(10)
    known.hear(delta(state.delta(1)))
    known.hear(snapshot(old))
    assert known["t-1"] == state.now


def test_a_change_of_another_epoch_is_asked_for() -> None:
    state = LiveState(transfer())
    known = known_of(state)
    state.begin_anew("e2")
    state.moved(10)
    known.hear(delta(state.delta(1)))
    assert known.behind == {"t-1"}


STEPS = st.lists(st.sampled_from(["move", "chunk", "trouble", "anew"]), min_size=1, max_size=12)


class World:
    """A reference server: every message that it could have sent, to be delivered at will."""

    def __init__(self, steps: list[str]) -> None:
        self.state = LiveState(transfer())
        self.messages: list[Snapshot | Delta] = [snapshot(self.state.now)]
        for number, step in enumerate(steps):
            self._step(step, number)

    def _step(self, step: str, number: int) -> None:
        state = self.state
        before = state.now.seq
        if step == "anew":
            state.begin_anew(f"{number:x}")
            self.messages.append(snapshot(state.now))
            return
        if step == "move":
            state.moved(min(100, int(state.now.percent or 0) + 7))
        elif step == "trouble":
            state.change(lanes=number)
        else:
            done = state.now.chunks.done
            state.change(chunk_runs=f"{done + 1}d{99 - done}w", lanes=number)
            changed = (ChunkChange(first=0, runs=f"{done + 1}d{99 - done}w"),)
            self.messages.append(delta(state.delta(before, chunk_changes=changed)))
            return
        for base in range(max(1, before - 2), before + 1):
            self.messages.append(delta(state.delta(base)))


@settings(max_examples=200, deadline=None)
@given(STEPS, st.data())
def test_whatever_is_lost_doubled_or_late_a_new_subscription_makes_it_right(
    steps: list[str], data: st.DataObject
) -> None:
    world = World(steps)
    known = Known()
    shown: Shown | None = None
    for message in data.draw(st.lists(st.sampled_from(world.messages), max_size=30)):
        for live in known.hear(message):
            after = onward(shown, from_live(live))
            assert shown is None or is_no_less(after, shown)
            shown = after
    state = world.state
    position = next(iter(known.positions()), None)
    if position is None or position.epoch != state.now.epoch:
        known.hear(snapshot(state.now))
    elif position.seq < state.now.seq:
        known.hear(delta(state.delta(position.seq)))
    assert simplest(known["t-1"]) == simplest(state.now)


def is_no_less(after: Shown, before: Shown) -> bool:
    moved = (after.bytes_done or 0) >= (before.bytes_done or 0)
    return moved and (after.percent or 0.0) >= (before.percent or 0.0)


def simplest(live: LiveTransfer) -> LiveTransfer:
    return live.model_copy(update={"chunk_runs": shortest(live.chunk_runs or "")})
