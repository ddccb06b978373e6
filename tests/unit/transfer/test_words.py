"""Nothing that a partner says can hide, move or overwrite what stands beside it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.transfer.domain.words import MAX_CHARACTERS, Words

UNSEEN = "\u3164\u115f\u1160\uffa0\u034f\ufe0f\U000e0100\U000e0041\u200b\u202e\u2800\u180b\ufeff"


@pytest.mark.parametrize("character", UNSEEN)
def test_what_is_not_seen_gets_a_substitute(character: str) -> None:
    assert Words(f"a{character}b") == "a?b"


def test_escape_sequences_lose_what_makes_them_work() -> None:
    assert Words(b"\x1b[2Jhello\x9b\xff") == "?[2Jhello\ufffd\ufffd"


def test_several_lines_become_one() -> None:
    assert Words("Welcome!\r\nto us\t:") == "Welcome!  to us :"


def test_letters_of_every_script_stay() -> None:
    assert Words("Grüße 日本語 עברית 🚢") == "Grüße 日本語 עברית 🚢"


@given(st.one_of(st.text(), st.binary(), st.text(st.characters(categories=["Cs", "Cf", "Mn"]))))
def test_words_can_be_stored_and_shown_whatever_was_said(said: str | bytes) -> None:
    words = Words(said)
    assert len(words) <= MAX_CHARACTERS
    assert words.isprintable()
    assert words.encode().decode() == words
    assert not {unicodedata.category(each) for each in words} & {"Cc", "Cf", "Cs", "Cn", "Co"}


def test_a_cut_shows() -> None:
    assert Words("x" * 201) == "x" * 199 + "…"
    assert Words("x" * 200) == "x" * 200
