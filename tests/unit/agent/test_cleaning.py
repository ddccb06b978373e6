"""What others wrote is told short, visible and as JSON, whatever it is."""

import json
import unicodedata
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.domain_services.cleaning import (
    MOST_BYTES,
    MOST_FIELDS,
    clean,
    clean_text,
)

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=400),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(), inner, max_size=30),
    max_leaves=60,
)
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
ISOLATES = "\u2068\u2069"  # kernel.shown_names puts them around names from right to left


def strings(told: object) -> list[str]:
    if isinstance(told, str):
        return [told]
    if isinstance(told, dict):
        return [each for pair in told.items() for one in pair for each in strings(one)]
    return [each for one in told for each in strings(one)] if isinstance(told, list) else []


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(), ANY_JSON, max_size=60))
def test_whatever_is_told_is_json_and_small(told: dict[str, Any]) -> None:
    text = json.dumps(clean(told), ensure_ascii=False, allow_nan=False)
    assert len(text.encode("utf-8")) <= MOST_BYTES
    for each in strings(clean(told)):
        assert not [c for c in each if unicodedata.category(c) in HIDDEN and c not in ISOLATES]


@pytest.mark.parametrize(
    "hidden",
    ["\u202e", "\u200b", "\n", "\x1b[2J", "\U000e0041", "\u2028", "\ud800", "\x00", "\u2066"],
)
def test_a_character_that_does_not_show_is_spelled(hidden: str) -> None:
    told = clean({"key": f"a{hidden}b"})["key"]
    assert hidden not in told
    assert f"<U+{ord(hidden[0]):04X}>" in told


def test_it_says_how_much_was_cut_and_keeps_the_end() -> None:
    told = clean_text("a" * 900 + "b" * 100 + ".csv", 100)
    assert told.startswith("a" * 60)
    assert told.endswith("b.csv")
    assert "[904 characters cut]" in told
    assert clean_text("short", 100) == "short"


def test_a_text_of_ten_million_characters_is_cut_before_anybody_looks_at_it() -> None:
    for text in ("\u202e" * 10_000_000, "x" * 10_000_000):
        told = clean({"text": text})["text"]
        assert len(told) < 1_400
        assert "characters cut" in told


def test_long_lists_and_many_fields_end_somewhere() -> None:
    told = clean({"list": list(range(1_000)), **{f"f{n}": n for n in range(500)}})
    assert len(told) == MOST_FIELDS
    assert told["list"][-1] == "940 more are left out"


def test_texts_get_short_before_things_are_left_out() -> None:
    """Twenty keys of the longest kind, each with its handle: all handles are told."""
    rows = [{"handle": f"obj_{n}", "key": "\u202e" * 1_000} for n in range(20)]
    told = clean({"files": rows})["files"]
    assert [each["handle"] for each in told] == [f"obj_{n}" for n in range(20)]


def test_deep_and_endless_things_end() -> None:
    deep: Any = "bottom"
    for _ in range(500):
        deep = {"a": [deep]}
    assert "bottom" not in json.dumps(clean(deep))
    huge = {"a": 10**5_000, "b": float("nan"), "c": float("inf"), "d": 2**62}
    assert clean(huge) == {"a": "too many digits", "b": None, "c": None, "d": 2**62}


def test_what_is_wide_at_each_level_costs_little() -> None:
    wide: Any = {f"field number {n} with a long name": "x" * 50 for n in range(40)}
    for _ in range(4):
        wide = [{f"{n}": wide for n in range(40)}] * 40
    began = process_time()
    told = clean({"wide": wide})
    assert process_time() - began < 5
    assert len(json.dumps(told).encode()) <= MOST_BYTES


def test_our_own_faults_are_not_hidden() -> None:
    with pytest.raises(TypeError, match="object is no JSON"):
        clean({"a": object()})
