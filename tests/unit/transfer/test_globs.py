"""Patterns of names."""

import time

import pytest

from services.transfer.domain.globs import matches

MOST_CHARACTERS = 256  # of a pattern; the API takes no more


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "deep/er/a.csv", True),
        ("*.csv", "a.csv/b", False),
        ("*.CSV", "a.csv", False),
        ("a/*.csv", "a/b.csv", True),
        ("a/*.csv", "a/b/c.csv", False),
        ("/a/*.csv", "a/b.csv", True),
        ("a/**", "a/b/c.csv", True),
        ("a/", "a/b/c.csv", True),
        ("a/", "a", True),
        ("a/", "b/a/c", False),
        ("**/x", "x", True),
        ("**/x", "a/b/x", True),
        ("**/b/**/x", "a/b/b/c/x", True),
        ("a/**/b/*.csv", "a/c/b/d/b/e.csv", True),
        ("a/**/b/*.csv", "a/c/b/d/e.csv", False),
        ("[ab]?", "a1", True),
        ("[ab]?", "c1", False),
        ("a/*", "a/", True),
        ("*", "anything/at/all", True),
    ],
)
def test_a_pattern_fits(pattern: str, name: str, expected: bool) -> None:
    assert matches(pattern, name) is expected


@pytest.mark.parametrize("unit", ["*a", "**/a/", "*/"])
def test_no_name_makes_a_pattern_slow(unit: str) -> None:
    pattern = (unit * MOST_CHARACTERS)[:MOST_CHARACTERS]
    began = time.process_time()
    assert not matches(f"{pattern}z", "a" * 1_000)
    assert not matches(f"{pattern}z", "a/" * 500)
    assert time.process_time() - began < 2
