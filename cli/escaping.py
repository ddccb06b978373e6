"""Makes text from outside safe to show: what nobody sees, or what steers a terminal, is spelled.

A name at a partner or in a bucket may hold any character. Escapes could rewrite the screen, and
marks of direction could make one name look like another. The form is that of the API's messages.
"""

import unicodedata

# Cc control, Cf format and direction, Cs half pairs, Co private, Cn nobody's, Zl and Zp lines.
_HIDDEN_KINDS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# They show nothing, although Unicode calls them letters, marks or symbols.
_HIDDEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
TAB = " " * 4
_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))  # they change how one looks


def escaped(text: str) -> str:
    """`text` in one line, with each character that does not show written as <U+200B>."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"<U+{ord(each):04X}>" if _is_hidden(each) else each for each in text)


def escaped_text(text: str) -> str:
    """As `escaped`, piece by piece: line ends stay, and tabs are blanks."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(escaped(line.replace("\t", TAB)) for line in lines)


def escaped_lines(text: str) -> str:
    """As `escaped`, but the text keeps its lines."""
    return "\n".join(escaped(line) for line in text.splitlines())


def _is_hidden(character: str) -> bool:
    kind = unicodedata.category(character)
    if kind in _HIDDEN_KINDS or character in _HIDDEN:
        return True
    if kind == "Zs":  # any other blank looks like the one that it is not
        return character != " "
    return any(first <= ord(character) <= last for first, last in _SELECTORS)
