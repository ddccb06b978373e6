"""What is known of a transfer after some of its events."""

from collections.abc import Iterable, Sequence

import pytest

from contracts.transfer_events import TransferStartedV1
from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain_services.projection import told
from tests.unit.progress.stories import CHUNKS, SIZE, AnyEvent, Story


def after(events: Iterable[AnyEvent], known: KnownTransfer | None = None) -> KnownTransfer:
    for event in events:
        known = told(known, event, "e1")
    assert known is not None
    return known


def a_moving_story() -> Story:
    story = Story()
    story.requested()
    story.started()
    return story


def test_a_transfer_is_shown_from_its_request_to_its_receipt() -> None:
    story = a_moving_story()
    story.sample(40)
    story.completed()
    known = after(story.events)
    assert known.shown["status"] == "completed"
    assert (known.shown["bytes_done"], known.shown["percent"]) == (SIZE, 100.0)
    assert known.shown["chunk_runs"] == f"{CHUNKS}d"
    assert known.shown["lanes"] == 0
    assert known.named["owner"] == "jane"


def test_each_visible_change_has_a_seq_and_nothing_else_has() -> None:
    story = a_moving_story()
    known = after(story.events)
    assert known.seq == 2
    assert after(story.events, known) is known


def test_a_client_that_was_away_is_told_exactly_what_it_missed() -> None:
    story = a_moving_story()
    before = after(story.events)
    known = after([story.sample(10), story.sample(20)], before)
    missed = known.changes_since(before.seq)
    assert missed["bytes_done"] == SIZE // 5
    assert "status" not in missed
    assert known.changes_since(0) == known.shown


@pytest.mark.parametrize("last", ["completed", "failed", "cancelled", "paused"])
def test_a_sample_that_comes_after_a_newer_fact_changes_nothing(last: str) -> None:
    story = a_moving_story()
    late = story.sample(50)
    getattr(story, last)()
    events = [event for event in story.events if event is not late]
    known = after(events)
    assert told(known, late, "e2") is known


def test_a_start_that_comes_after_its_samples_tells_only_when_it_was() -> None:
    story = Story()
    story.requested()
    start = story.started()
    sample = story.sample(30)
    known = after([sample, start, *story.events])
    assert known.shown["status"] == "moving"
    assert known.shown["bytes_done"] == SIZE * 3 // 10
    assert known.shown["started_at"] is not None


def test_one_sample_is_enough_to_show_a_transfer_that_moves() -> None:
    story = a_moving_story()
    known = after([story.sample(30)])
    assert (known.shown["status"], known.shown["percent"]) == ("moving", 30.0)
    assert known.named["target_path"] == "big.bin"


def test_a_sample_that_was_seen_while_paused_does_not_say_that_it_moves() -> None:
    story = a_moving_story()
    story.paused()
    story.quiet_change()
    story.sample(60, status="paused", lanes=1)
    known = after(story.events)
    assert (known.shown["status"], known.shown["eta"]) == ("paused", None)


def test_a_sample_of_an_older_producer_does_not_end_a_pause() -> None:
    story = a_moving_story()
    story.paused()
    story.quiet_change()
    story.sample(60, status=None)
    assert after(story.events).shown["status"] == "paused"


def test_what_is_moved_never_becomes_less_in_a_run() -> None:
    story = a_moving_story()
    story.sample(60)
    story.sample(20)  # the part file began anew
    story.paused(done=0)
    assert after(story.events).shown["bytes_done"] == SIZE * 6 // 10


def test_a_retry_begins_with_nothing_moved() -> None:
    story = a_moving_story()
    story.sample(60)
    story.failed()
    story.retried()
    shown = after(story.events).shown
    assert (shown["status"], shown["run"], shown["bytes_done"]) == ("requested", 2, 0)
    assert shown["failure"] is None


def test_trouble_is_shown_until_a_sample_is_without_it() -> None:
    story = a_moving_story()
    story.delayed()
    troubled = after(story.events)
    assert troubled.shown["failure"]["code"] == "partner_unreachable"  # type: ignore[index]
    assert troubled.shown["status"] == "moving"
    story.quiet_change()
    assert after([story.sample(10)], troubled).shown["failure"] is None


def test_trouble_that_is_told_late_is_over() -> None:
    story = a_moving_story()
    delay = story.delayed()
    story.quiet_change()
    sample = story.sample(10)
    known = after([*story.events[:2], sample, delay])
    assert known.shown["failure"] is None


def test_a_start_that_comes_after_a_delay_does_not_hide_it() -> None:
    story = Story()
    story.requested()
    start, delay = story.started(), story.delayed()
    known = after([story.events[0], delay, start])
    assert known.shown["status"] == "moving"
    assert known.shown["failure"] is not None


def test_a_pause_before_the_start_goes_on_waiting() -> None:
    story = Story()
    story.requested()
    story.paused()
    story.resumed()
    assert after(story.events).shown["status"] == "requested"


def test_an_event_of_an_earlier_run_changes_nothing() -> None:
    story = a_moving_story()
    failed = story.failed()
    story.retried()
    known = after([event for event in story.events if event is not failed])
    assert told(known, failed, "e2") is known


def test_the_rate_is_the_average_of_the_samples_and_the_rest_is_estimated() -> None:
    story = a_moving_story()
    for percent in range(0, 40, 2):
        story.sample(percent)
    shown = after(story.events).shown
    assert shown["rate_bytes_per_second"] == SIZE / 50
    assert shown["eta"] == {"low_seconds": 31.0, "high_seconds": 31.0, "text": "31 s"}


def test_a_rate_that_jumps_has_no_estimate() -> None:
    story = a_moving_story()
    done: Sequence[int] = [0, 1, 2, 3, 4, 5, 6, 7, 30, 50, 70, 80, 81, 82]
    for percent in done:
        story.sample(percent)
    assert after(story.events).shown["eta"]["text"] == "unknown"  # type: ignore[index]


def test_a_file_without_bytes_has_a_size() -> None:
    story = Story()
    story.requested()
    story.tell(TransferStartedV1, size_bytes=0, chunks=1, lanes=1, started_at=story.at)
    known = after(story.events)
    assert (known.shown["size_bytes"], known.shown["percent"]) == (0, 100.0)


def test_nobody_is_at_work_in_a_paused_transfer_although_its_last_sample_saw_lanes() -> None:
    story = a_moving_story()
    story.paused()
    story.sample(40, status="paused", lanes=2)
    assert after(story.events).shown["lanes"] == 0


@pytest.mark.parametrize(("missing", "percent"), [(0, 100.0), (1, 99.99), (200, 99.98)])
def test_a_hundred_percent_means_that_nothing_is_missing(missing: int, percent: float) -> None:
    story = a_moving_story()
    story.sample(99, bytes_done=SIZE - missing)
    assert after(story.events).shown["percent"] == percent
