"""Text of others (names of objects, messages of servers) made safe to be shown in a line.

It neither hides nor reorders anything of what stands around it. What a technology takes for markup
is escaped where that technology is known.
"""

import unicodedata

ELLIPSIS = "…"
SHOWN_INSTEAD = "�"  # in the place of each character that is not shown
MARKS = 4  # combining marks on one letter; more pile up over other lines
# Control, format (bidi overrides, zero width), surrogates, private use, separators of lines
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def plain(text: str, longest: int) -> str:
    """One line of `longest` characters at most. A longer text keeps its end, because names differ
    there."""
    cleaned = "".join(
        _visible(text[: 8 * longest] if len(text) <= 8 * longest else _ends(text, longest))
    )
    if len(cleaned) <= longest:
        return cleaned
    tail = (longest - 1) // 2
    return cleaned[: longest - 1 - tail] + ELLIPSIS + cleaned[-tail:]


def _ends(text: str, longest: int) -> str:
    return text[: 4 * longest] + text[-4 * longest :]


def _visible(text: str) -> list[str]:
    shown: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category.startswith("M") else 0
        if marks > MARKS:
            continue
        shown.append(SHOWN_INSTEAD if category in HIDDEN else character)
    return shown
