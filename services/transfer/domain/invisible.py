"""Characters that nobody sees, and where they are meant nevertheless.

docs/adr/0033 says why these characters, and why these places.
"""

import unicodedata

# Default_Ignorable_Code_Point (DerivedCoreProperties.txt, Unicode 17). Python has no table of it.
DEFAULT_IGNORABLE = (
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
    *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8)),
    *((0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
# Cc: NUL, CR, LF, ESC ... Cs: lone surrogates. Zl and Zp: U+2028 and U+2029 break lines in logs and
# consoles.
CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})
ANNOTATIONS = frozenset("\ufff9\ufffa\ufffb")  # controls as well, but not default-ignorable

ZWNJ, ZWJ = "\u200c", "\u200d"  # zero width non-joiner and joiner
STYLES = frozenset("\ufe0e\ufe0f")  # as text, as an emoji
KEYCAP = "\u20e3"
VIRAMA = 9  # the combining class of the sign that takes a letter's vowel away
EMOJI = range(0x1F000, 0x1FB00)  # the blocks that new ones come to, skin tones among them
PUNCTUATION_EMOJI = frozenset("\u203c\u2049\u2139\u3030\u303d")
ARABIC = range(0x0620, 0x0700)
# Those of them that join no letter behind them (ArabicShaping.txt, Joining_Type R and U).
JOINS_NOT = frozenset(
    "\u0621\u0622\u0623\u0624\u0625\u0627\u0629\u062f\u0630\u0631\u0632\u0648\u0671\u0672\u0673"
    "\u0674\u0675\u0676\u0677\u06c0\u06c3\u06c4\u06c5\u06c6\u06c7\u06c8\u06c9\u06ca\u06cb\u06cd"
    "\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef"
) | {chr(each) for each in range(0x0688, 0x069A)}


def is_invisible(character: str) -> bool:
    """It shows nothing of its own, wherever it stands."""
    code = ord(character)
    if unicodedata.category(character) in CONTROLS or character in ANNOTATIONS:
        return True
    return any(first <= code <= last for first, last in DEFAULT_IGNORABLE)


def first_unseen(text: str) -> str | None:
    """The first invisible character that changes nothing that is seen. With it, a text looks like
    another one."""
    if text.isascii() and text.isprintable():  # as most names are, and the look below takes long
        return None
    for at, character in enumerate(text):
        if is_invisible(character) and not _is_seen(text[:at], character, text[at + 1 :]):
            return character
    return None


def shown(text: str) -> str:
    """The text with each invisible character as its code point: `a<U+200B>b`."""
    return "".join(code_point(each) if is_invisible(each) else each for each in text)


def code_point(character: str) -> str:
    return f"<U+{ord(character):04X}>"


def _is_seen(before: str, character: str, after: str) -> bool:
    """Whether the character changes how its neighbours look (UAX #31, 2.3 A1, A2, B; UTS #51)."""
    last, following = before[-1:], after[:1]
    if not last:
        return False
    if character in (ZWNJ, ZWJ) and unicodedata.combining(last) == VIRAMA:
        return True
    if character == ZWNJ:
        return _is_arabic_letter(last) and last not in JOINS_NOT and _is_arabic_letter(following)
    if character == ZWJ:
        return (_is_symbol(last) or last in STYLES) and _is_symbol(following)
    if character in STYLES:
        return _is_symbol(last) or (last in "0123456789#*" and following == KEYCAP)
    return False


def _is_arabic_letter(character: str) -> bool:
    return bool(character) and ord(character) in ARABIC and unicodedata.category(character) == "Lo"


def _is_symbol(character: str) -> bool:
    """An emoji, or a symbol that can be one."""
    if not character or character.isascii():
        return False
    drawn = unicodedata.category(character) in {"So", "Sm"}
    return drawn or ord(character) in EMOJI or character in PUNCTUATION_EMOJI
