"""Every promise is kept when everything that can run at once does so (see tests/storm)."""

import pytest

from tests.storm.running import storm

SECONDS = 120


@pytest.mark.slow
def test_every_promise_is_kept_in_a_storm() -> None:
    assert storm(SECONDS) > 0
