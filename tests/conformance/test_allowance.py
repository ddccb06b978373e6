"""Allowance. A user may do it so often within any minute."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from services.notify.domain.ports import Allowance
from tests.conformance.channel_stores import BACKENDS, NOON, channel_stores


@pytest.fixture(params=BACKENDS[:2])
def allowance(request: pytest.FixtureRequest) -> Iterator[Allowance]:
    with channel_stores(request.param) as opened:
        yield opened.allowance


def test_so_many_within_any_minute_and_not_one_more(allowance: Allowance) -> None:
    at = [NOON + timedelta(seconds=each) for each in (0, 20, 40, 59, 60, 61, 80)]
    waits = [allowance.take("ann", 2, each) for each in at]
    assert waits == [0, 0, 20, 1, 0, 19, 0]


def test_each_user_has_their_own(allowance: Allowance) -> None:
    assert [allowance.take(name, 1, NOON) for name in ("ann", "bob", "ann")] == [0, 0, 60]
