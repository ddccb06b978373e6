"""Names of others are one line, show everything, and stay what they are where they can."""

import unicodedata

import pytest

from kernel.shown_names import MOST_NAME, MOST_SENTENCE, sentence, shown
from tests.unit.notify.hostile_names import HOSTILE, LONG, PEACEFUL

ISOLATES = "\u2068\u2069"


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hidden_is_left(name: str) -> None:
    kinds = {unicodedata.category(each) for each in shown(name) if each not in ISOLATES}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_bounded(name: str) -> None:
    assert len(shown(name)) <= MOST_NAME
    assert len(sentence(name)) <= MOST_SENTENCE


@pytest.mark.parametrize("name", PEACEFUL)
def test_names_of_people_stay_as_they_are(name: str) -> None:
    assert shown(name) == name


def test_what_does_not_show_is_spelled() -> None:
    assert shown("invoice\u202egpj.exe") == "invoice<U+202E>gpj.exe"
    assert shown("a\r\nBcc: b") == "a<U+000D><U+000A>Bcc: b"
    assert shown("half\ud800") == "half<U+D800>"


def test_a_long_name_keeps_its_end() -> None:
    short = shown(LONG[0])
    assert short.startswith("xxx")
    assert short.endswith("x.csv")
    assert "…" in short


def test_no_spelled_character_is_cut() -> None:
    pieces = shown("\u202e" * 300).replace("…", "").split(">")
    assert {piece for piece in pieces if piece} == {"<U+202E"}


def test_marks_on_one_letter_are_counted() -> None:
    flooded = shown("z" + "\u0301" * 100 + "a")
    assert flooded == "z" + "\u0301" * 4 + "<96 more marks>a"
    assert shown("\u0301") == "\u25cc\u0301"


def test_letters_from_right_to_left_turn_nothing_around() -> None:
    assert shown("\u05d0\u05d1.pdf") == "\u2068\u05d0\u05d1.pdf\u2069"


def test_isolates_in_a_name_cannot_end_ours() -> None:
    assert shown("\u05d0\u2069b") == "\u2068\u05d0<U+2069>b\u2069"


def test_a_reason_of_several_lines_is_one() -> None:
    assert sentence("No space\r\n  left.\n") == "No space left."
