"""Destinations. Once seen, one is known for ever."""

import pytest

from tests.conformance.channel_stores import BACKENDS, channel_stores


@pytest.mark.parametrize("backend", BACKENDS)
def test_what_was_seen_is_known(backend: str) -> None:
    with channel_stores(backend) as stores:
        assert stores.destinations.seen() == frozenset()
        for name in ("acme", "b", "acme"):
            stores.destinations.see(name)
        assert stores.destinations.seen() == {"acme", "b"}
