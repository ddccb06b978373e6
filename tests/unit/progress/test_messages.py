"""What watchers are sent."""

from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain_services.messages import live_change, live_transfer
from services.progress.domain_services.projection import told
from tests.unit.progress.stories import Story

MANY = 10_486


def scattered(width: int) -> str:
    """Every other stretch of chunks is done."""
    pairs = MANY // (2 * width)
    rest = MANY - 2 * width * pairs
    return f"{width}d{width}w" * pairs + (f"{rest}w" if rest else "")


def known_with(*runs: str) -> list[KnownTransfer]:
    story = Story()
    story.requested()
    story.started()
    states, known = [], None
    for each in runs:
        story.sample(10, chunks=MANY, chunk_runs=each)
        for event in story.events:
            known = told(known, event, "e1")
        assert known is not None
        states.append(known)
    return states


def test_few_changed_runs_are_sent_alone() -> None:
    width = 20
    before = scattered(width)
    now = before.replace("20d20w", "20d19w1m", 1)
    first, second = known_with(before, now)
    change = live_change(second, first.seq, detail=True, runs_at_base=before)
    assert change.chunk_changes is not None
    assert [each.first for each in change.chunk_changes] == [2 * width - 1]
    assert "chunk_runs" not in change.set.model_fields_set


def test_few_runs_are_sent_whole_because_they_fit_every_client() -> None:
    first, second = known_with("10000d486w", "10001d485w")
    change = live_change(second, first.seq, detail=True, runs_at_base="10000d486w")
    assert change.chunk_changes is None
    assert change.set.chunk_runs == "10001d485w"


def test_whoever_watches_a_list_gets_no_details() -> None:
    [known] = known_with("10000d486w")
    assert live_transfer(known, detail=False).chunk_runs is None
    change = live_change(known, 0, detail=False)
    assert "chunk_runs" not in change.set.model_fields_set
