"""The retry policy goes by the class of the error, and waits longer each time."""

from random import Random

import pytest

from services.transfer.domain.errors import (
    ConnectionLost,
    NoSpace,
    TransferCancelled,
    TransferError,
)
from services.transfer.domain.retry import RetryPolicy

POLICY = RetryPolicy(base_seconds=2, cap_seconds=120, max_failures=8)


@pytest.mark.parametrize(
    ("error", "failures", "gives_up"),
    [
        (ConnectionLost("host", 22, "reset"), 1, False),
        (ConnectionLost("host", 22, "reset"), 7, False),
        (ConnectionLost("host", 22, "reset"), 8, True),
        (ConnectionLost("host", 22, "reset"), 9, True),
        (NoSpace("/in/a", 0), 1, True),
        (TransferCancelled("t-1"), 1, True),
    ],
)
def test_it_gives_up_at_once_or_after_too_many_failures_in_a_row(
    error: TransferError, failures: int, gives_up: bool
) -> None:
    assert POLICY.gives_up(error, failures) is gives_up


@pytest.mark.parametrize(
    ("failures", "ceiling"), [(1, 2), (2, 4), (3, 8), (6, 64), (7, 120), (8, 120), (500, 120)]
)
def test_waits_double_up_to_the_cap_and_are_spread(failures: int, ceiling: float) -> None:
    random = Random(1)  # noqa: S311 - spread, not secrecy
    delays = [POLICY.delay_seconds(failures, random) for _ in range(500)]
    assert all(ceiling / 2 <= delay <= ceiling for delay in delays)
    assert max(delays) - min(delays) > 0.4 * ceiling
