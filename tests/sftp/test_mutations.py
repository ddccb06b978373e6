"""A server that says something else now and then gets a reason, and leaves nothing behind."""

import json
from collections.abc import Iterator

import pytest

from tests.sftp.test_attacks import MOST_BYTES, MOST_SECONDS, Told, program

SEEDS = 120
ALL_SECONDS = 100


@pytest.fixture(scope="module")
def visits() -> Iterator[Told]:
    """How one process fared that visited them all."""
    with (
        program("tests.doubles.mutating_sftp", str(SEEDS)) as servers,
        program("tests.sftp.attacked") as we,
    ):
        try:
            assert servers.stdout is not None
            told, _ = we.communicate(servers.stdout.readline(), timeout=ALL_SECONDS)
            yield json.loads(told)
        finally:
            we.kill()
            servers.kill()


def test_each_visit_ends_with_a_reason_or_well(visits: Told) -> None:
    assert len(visits["visits"]) == SEEDS
    for seed, answer in visits["visits"].items():
        assert answer.get("code") != "no reason", (seed, answer)
        assert answer.get("message", "").isprintable(), (seed, answer)
        assert answer["seconds"] < MOST_SECONDS, (seed, answer)


def test_mutations_are_noticed_and_harmless_ones_survived(visits: Told) -> None:
    codes = [answer.get("code", "well") for answer in visits["visits"].values()]
    assert codes.count("protocol_violation") > SEEDS // 5
    assert codes.count("well") > SEEDS // 5


def test_memory_threads_and_sockets_are_as_before(visits: Told) -> None:
    assert visits["peak_bytes"] < MOST_BYTES
    assert visits["threads"] == []
    assert visits["sockets"] == 0
