"""Each lane's row is of another moment. What the lanes move is known all the same."""

from random import Random

import pytest

from services.transfer.domain.lane_figures import LaneFigures, total
from services.transfer.domain.lane_window import Share, Window
from tests.conformance.records import NOON, after

EACH = 33_000_000  # bytes a second
OLDEST_SECONDS = 1.5


def row(moment: float) -> LaneFigures:
    """Of a lane that has its session since noon."""
    return LaneFigures(round(EACH * moment), seconds=moment)


def measured(random: Random, lanes: int, *, seconds: float = 3.0) -> float:
    """Bytes a second, of one window after the first second."""
    window = Window(NOON)
    for now in (2.0, 3.0, 3.0 + seconds / 2, 3.0 + seconds):
        ages = [random.uniform(0.0, OLDEST_SECONDS) for _ in range(lanes)]
        figures = total(row(now - age) for age in ages)
        window = window.reported(Share("t/1", after(now), lanes, lanes, lanes, figures))
    measure = window.measure(after(3.0 + seconds))
    assert measure is not None
    return measure.bytes_per_second


@pytest.mark.parametrize("lanes", [1, 3, 8])
def test_rows_of_different_ages_change_nothing(lanes: int) -> None:
    random = Random(lanes)  # noqa: S311 - ages
    for _ in range(50):
        assert measured(random, lanes) == pytest.approx(lanes * EACH, rel=1e-6)


def test_a_lane_that_hangs_counts_with_its_time() -> None:
    """Its row is stored all the same."""
    window = Window(NOON)
    for now in (2.0, 3.0, 4.5, 6.0):
        hangs = LaneFigures(round(2.0 * EACH), seconds=now)
        share = Share("t/1", after(now), 2, 2, 2, row(now) + hangs)
        window = window.reported(share)
    measure = window.measure(after(6.0))
    assert measure is not None
    assert measure.bytes_per_second == pytest.approx(EACH)


def test_rows_of_earlier_versions_are_measured_by_the_clock() -> None:
    window = Window(NOON)
    for now in (2.0, 3.0, 4.5, 6.0):
        figures = LaneFigures(round(EACH * now))
        window = window.reported(Share("t/1", after(now), 1, 1, 1, figures))
    measure = window.measure(after(6.0))
    assert measure is not None
    assert measure.bytes_per_second == pytest.approx(EACH)
