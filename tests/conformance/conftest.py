"""Each store suite runs on every backend."""

from collections.abc import Iterator

import pytest

from tests.conformance.stores import BACKENDS, Stores


@pytest.fixture(params=sorted(BACKENDS))
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    with BACKENDS[request.param]() as opened:
        yield opened
