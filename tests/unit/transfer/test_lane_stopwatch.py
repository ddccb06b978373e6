"""What a lane moves is counted once, and its waits for S3 and the partner are told apart."""

from services.transfer.domain.lane_figures import NOTHING_MOVED, LaneFigures
from services.transfer.domain_services.lane_stopwatch import LaneStopwatch
from tests.conformance.records import NOON, after

MB = 1_000_000


def begun() -> LaneStopwatch:
    stopwatch = LaneStopwatch(NOTHING_MOVED, NOON)
    stopwatch.began(after(5))
    return stopwatch


def test_reading_and_writing_are_told_apart() -> None:
    stopwatch = begun()
    for number in range(3):
        at = 5 + 4 * number
        stopwatch.read(after(at + 1), number * MB)
        stopwatch.wrote(after(at + 4))
    stopwatch.went_well(after(19), 3 * MB)
    assert stopwatch.figures == LaneFigures(3 * MB, 1, 0, 3.0, 9.0 + 2.0)


def test_a_chunk_that_goes_on_from_its_mark_counts_only_what_is_sent_now() -> None:
    stopwatch = begun()
    stopwatch.read(after(6), 40 * MB)
    assert (stopwatch.figures.moved_bytes, stopwatch.in_flight) == (0, 40 * MB)
    stopwatch.went_well(after(7), 41 * MB)
    stopwatch.began(after(7))
    stopwatch.read(after(8), 0)
    stopwatch.went_well(after(9), 2 * MB)
    assert stopwatch.figures.moved_bytes == 3 * MB


def test_a_checkpoint_that_is_behind_takes_nothing_back_and_counts_nothing_twice() -> None:
    """Of many files only those are certain whose replies have come."""
    stopwatch = begun()
    for reached in (0, 5 * MB):
        stopwatch.read(after(6), reached)
    stopwatch.went_well(after(7), 2 * MB)
    stopwatch.read(after(8), 6 * MB)
    assert stopwatch.figures.moved_bytes == 6 * MB


def test_all_seconds_with_a_session_are_counted_up_to_when_they_are_asked_for() -> None:
    """Those of a wait that goes on, too. Those before the session and after it are not."""
    stopwatch = LaneStopwatch(LaneFigures(seconds=10.0), NOON)
    assert stopwatch.figures_at(after(5)).seconds == 10.0
    stopwatch.opened(after(5))
    stopwatch.read(after(6), 0)
    assert stopwatch.figures_at(after(8)).seconds == 13.0
    stopwatch.began(after(9))
    assert stopwatch.figures_at(after(9)).seconds == 14.0
    stopwatch.closed(after(12))
    stopwatch.closed(after(20))
    assert stopwatch.figures.seconds == stopwatch.figures_at(after(30)).seconds == 17.0


def test_a_clock_that_is_set_back_takes_no_time_away() -> None:
    stopwatch = begun()
    stopwatch.opened(after(5))
    stopwatch.read(after(1), 0)
    stopwatch.wrote(after(3))
    assert (stopwatch.figures.source_seconds, stopwatch.figures.partner_seconds) == (0.0, 2.0)
    assert stopwatch.figures_at(after(3)).seconds == 0.0
