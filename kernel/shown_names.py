"""Makes names of others safe to show: the one place, for every kind of channel.

Each kind then escapes what its own markup would read. docs/adr/0045 says what is neutralised where.
"""

import unicodedata
from collections.abc import Iterator

MOST_NAME = 160  # characters; a longer one is shortened in the middle
MOST_SENTENCE = 600  # characters of a reason, which may repeat what a partner's server said
MOST_MARKS = 4  # on one letter; Vietnamese and Hebrew need up to 3
KEPT_END = 0.4  # of a shortened name: extensions and numbers are at the end
GAP = "…"
NO_LETTER = "\u25cc"  # a dotted circle: what Unicode puts under a mark that stands alone

# Cc control, Cf format and direction, Cs half pairs, Co private, Cn nobody's, Zl and Zp lines
_HIDDEN_KINDS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# They show nothing, although Unicode calls them letters, marks or symbols.
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))  # they change how one looks
_JOINER, _AS_EMOJI = "\u200d", "\ufe0f"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2069"


def shown(text: str, most: int = MOST_NAME) -> str:
    """`text` in one line of about `most` characters. What does not show is written as <U+200B>.

    A name with letters from right to left is isolated, so that it cannot turn what stands next to
    it around.
    """
    line = "".join(_shortened(list(_pieces(text)), most))
    if any(unicodedata.bidirectional(each) in _RIGHT_TO_LEFT for each in line):
        return f"{_ISOLATE}{line}{_END_OF_ISOLATE}"
    return line


def sentence(text: str, most: int = MOST_SENTENCE) -> str:
    """As `shown`, for a reason or an advice. Its lines become one."""
    return shown(" ".join(text.split()), most)


def _pieces(text: str) -> Iterator[str]:
    """Letters with their marks, and hidden characters spelled. No piece may be cut apart."""
    piece, marks = "", 0
    for at, character in enumerate(text):
        if _is_hidden(character) and not _makes_emoji(text, at):
            character = f"<U+{ord(character):04X}>"
        elif unicodedata.category(character)[0] == "M":
            piece, marks = piece or NO_LETTER, marks + 1
            if marks <= MOST_MARKS:
                piece += character
            continue
        yield from _finished(piece, marks)
        piece, marks = character, 0
    yield from _finished(piece, marks)


def _finished(piece: str, marks: int) -> Iterator[str]:
    if piece:
        yield piece
    if marks > MOST_MARKS:
        yield f"<{marks - MOST_MARKS} more marks>"


def _shortened(pieces: list[str], most: int) -> list[str]:
    if sum(map(len, pieces)) <= most:
        return pieces
    end_length = int(most * KEPT_END)
    end = _fitting(reversed(pieces), end_length)[::-1]
    return [*_fitting(iter(pieces), most - end_length - len(GAP)), GAP, *end]


def _fitting(pieces: Iterator[str], most: int) -> list[str]:
    kept: list[str] = []
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > most:
            break
        kept.append(piece)
    return kept


def _is_hidden(character: str) -> bool:
    kind = unicodedata.category(character)
    if kind in _HIDDEN_KINDS or character in _HIDDEN:
        return True
    if kind == "Zs":  # any other blank looks like the one that it is not
        return character != " "
    return any(first <= ord(character) <= last for first, last in _SELECTORS)


def _makes_emoji(text: str, at: int) -> bool:
    """Whether it joins two emoji, or draws a symbol as one. Many people's file names have these."""
    before = text[:at].removesuffix(_AS_EMOJI) if text[at] == _JOINER else text[:at]
    if not before or unicodedata.category(before[-1]) not in {"So", "Sk"}:
        return False
    following = text[at + 1 : at + 2]
    joins = bool(following) and unicodedata.category(following) == "So"
    return text[at] == _AS_EMOJI or (text[at] == _JOINER and joins)
