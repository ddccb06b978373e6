"""Whatever the bus does to the events of a transfer, its watchers end with the truth."""

from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.transfer_events import TransferProgressedV1
from contracts.websocket.live_transfer import LiveFields
from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain_services.messages import live_change, live_transfer
from services.progress.domain_services.projection import told
from tests.unit.progress.stories import AnyEvent, Story

# What depends on samples that may be lost, or on when they came.
OF_SAMPLES = {"bytes_done", "percent", "chunks", "chunk_runs", "lanes", "eta", "seen_at"}
OF_SAMPLES |= {"rate_bytes_per_second", "size_bytes"}
ENDS = ("completed", "failed", "cancelled")


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A life that the transfer service can publish, with samples in between."""
    story = Story()
    story.requested()
    for _ in range(draw(st.integers(0, 2))):
        _run(story, draw)
        story.failed()
        story.retried()
    _run(story, draw)
    end = draw(st.sampled_from(ENDS))
    if end == "completed" and story.size is None:
        story.started()
    getattr(story, end)()
    return story


def _run(story: Story, draw: st.DrawFn) -> None:
    if draw(st.booleans()):
        story.delayed()
    if draw(st.booleans()):
        story.started()
        _moves(story, draw)


def _moves(story: Story, draw: st.DrawFn) -> None:
    percent = 0
    for _ in range(draw(st.integers(0, 6))):
        act = draw(st.sampled_from(["sample", "sample", "pause", "quiet", "delay"]))
        if act == "sample":
            percent = min(100, percent + draw(st.integers(0, 40)))
            story.sample(percent)
        elif act == "pause":
            story.paused()
            if draw(st.booleans()):
                story.sample(percent, status="paused", lanes=0)
            story.resumed()
        elif act == "delay":
            story.delayed()
        else:
            story.quiet_change()


def after(events: Sequence[AnyEvent]) -> KnownTransfer:
    known: KnownTransfer | None = None
    for event in events:
        known = told(known, event, "e1")
    assert known is not None
    return known


def told_by_facts(known: KnownTransfer) -> dict[str, Any]:
    return {name: value for name, value in known.shown.items() if name not in OF_SAMPLES}


@settings(max_examples=300, deadline=None)
@given(stories(), st.randoms(use_true_random=False), st.data())
def test_the_end_is_shown_however_events_are_mixed_up(
    story: Story, chance: Random, data: st.DataObject
) -> None:
    kept = [
        event
        for event in story.events
        if not isinstance(event.data, TransferProgressedV1) or data.draw(st.booleans())
    ]
    mixed = kept + data.draw(st.lists(st.sampled_from(kept), max_size=5))  # some come again
    chance.shuffle(mixed)
    known = after(mixed)
    assert known.ended
    assert told_by_facts(known) == told_by_facts(after(story.events))
    if known.shown["status"] == "completed":
        assert known.shown["percent"] == 100.0


@settings(max_examples=200, deadline=None)
@given(stories(), st.randoms(use_true_random=False))
def test_what_a_watcher_sees_never_goes_backwards_in_a_run(story: Story, chance: Random) -> None:
    mixed = list(story.events)
    chance.shuffle(mixed)
    known, seen = None, (0, 0, 0)
    for event in mixed:
        known = told(known, event, "e1")
        shown: Any = known.shown
        now = (shown["run"], shown["bytes_done"], known.seq)
        assert now[:2] >= seen[:2]
        assert now[2] >= seen[2]
        seen = now


@settings(max_examples=150, deadline=None)
@given(stories(), st.randoms(use_true_random=False), st.data())
def test_a_change_takes_a_client_from_any_position_to_what_is_known_now(
    story: Story, chance: Random, data: st.DataObject
) -> None:
    mixed = list(story.events)
    chance.shuffle(mixed)
    states: list[KnownTransfer] = []
    known = None
    for event in mixed:
        known = told(known, event, "e1")
        if not states or known.seq != states[-1].seq:
            states.append(known)
    last = states[-1]
    whole = live_transfer(last, detail=True)
    for earlier in states[:-1]:
        base = data.draw(st.integers(0, earlier.seq))
        change = live_change(last, base, detail=True)
        assert change.base <= earlier.seq < change.seq
        client = live_transfer(earlier, detail=True)
        moved = client.model_copy(
            update={"seq": change.seq}
            | {name: getattr(change.set, name) for name in change.set.model_fields_set}
        )
        assert moved == whole


def test_the_shown_fields_are_those_of_the_contract() -> None:
    story = Story()
    story.requested()
    known = after(story.events)
    assert set(known.shown) == set(LiveFields.model_fields)
