"""Characters that do not show are refused in names, except where they change what is seen."""

import unicodedata

import pytest
import regex

from services.transfer.domain.errors import NameInvalid
from services.transfer.domain.invisible import (
    ARABIC,
    DEFAULT_IGNORABLE,
    JOINS_NOT,
    first_unseen,
    is_invisible,
    shown,
)
from services.transfer.domain.names import resolve_target

ALL = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
UNSEEN = [
    *("\u200b", "\ufeff", "\u3164", "\U000e0041", "\U000e0101", "\u200e", "\u200f", "\u061c"),
    *("\u00ad", "\u034f", "\u115f", "\u17b4", "\u180b", "\u2060", "\ufe00", "\uffa0", "\ufff9"),
    *("\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"),
    *("\0", "\r", "\n", "\t", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"),
]


def test_the_table_is_unicodes() -> None:
    """`regex` carries tables of its own, made from Unicode's files."""
    ignorable = regex.compile(r"\p{Default_Ignorable_Code_Point}")
    table = {chr(code) for first, last in DEFAULT_IGNORABLE for code in range(first, last + 1)}
    assert table == set(filter(ignorable.match, ALL))


def test_arabic_letters_that_join_nothing_behind_them_are_unicodes() -> None:
    joins = regex.compile(r"[\p{Joining_Type=D}\p{Joining_Type=L}\p{Joining_Type=C}]")
    letters = [chr(code) for code in ARABIC if unicodedata.category(chr(code)) == "Lo"]
    assert set(JOINS_NOT) == {each for each in letters if not joins.match(each)}


@pytest.mark.parametrize("letter", [*UNSEEN, "\u200c", "\u200d", "\ufe0f"])
def test_what_does_not_show_is_refused_shown_and_named(letter: str) -> None:
    point = f"<U+{ord(letter):04X}>"
    with pytest.raises(NameInvalid) as refused:
        resolve_target("/in", f"invoice{letter}fdp.exe")
    assert f"'invoice{point}fdp.exe'" in str(refused.value)
    assert f"it holds the character {point}" in str(refused.value)
    assert letter not in str(refused.value)
    for path in (f"{letter}a", f"a{letter}", f"{letter}/a"):
        with pytest.raises(NameInvalid):
            resolve_target("/in", path)


@pytest.mark.parametrize(
    "name",
    [
        "می\u200cروم.pdf",  # Persian: the letters before and after it are not joined
        "क्\u200dष.csv",  # Devanagari: half form
        "ക്\u200cഷ.csv",  # Malayalam: visible virama
        "👩\u200d💻.png",
        "👩🏽\u200d🚒.png",
        "❤\ufe0f\u200d🔥.txt",
        "☎\ufe0e.txt",
        "1\ufe0f\u20e3.txt",
        "größe.csv",
        "a\u202fb.png",  # a narrow blank, as macOS has it in the names of screenshots
        "plain-name_1.tar.gz",
    ],
)
def test_what_people_write_is_taken_as_it_is(name: str) -> None:
    assert resolve_target("/in", name) == f"/in/{name}"


@pytest.mark.parametrize(
    "name",
    [
        "د\u200cا",  # nothing to keep apart: the first letter joins none behind it
        "می\u200c.pdf",
        "क\u200dष",
        "a\u200d💻",
        "💻\u200da",
        "a\ufe0f",
        "1\ufe0f",
        "❤\ufe0f\ufe0f",
        "👩\u200d\u200d💻",
        "🏴\U000e0067\U000e007f",
    ],
)
def test_a_joiner_or_style_that_changes_nothing_is_refused(name: str) -> None:
    assert first_unseen(name) is not None


def test_each_character_of_ascii_is_judged_alone_as_among_letters_of_others() -> None:
    """Names of ASCII have a shorter way."""
    for each in map(chr, range(128)):
        assert first_unseen(f"a{each}") == first_unseen(f"ü{each}")


def test_only_what_does_not_show_is_shown_otherwise() -> None:
    assert shown("a\u3164b\u200bc é 報") == "a<U+3164>b<U+200B>c é 報"
    printable = [each for each in ALL if unicodedata.category(each)[0] in "LNPS"]
    hidden = {each for each in printable if is_invisible(each)}
    assert hidden == set("\u115f\u1160\u3164\uffa0")  # Hangul fillers: letters, for Unicode
