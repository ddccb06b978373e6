"""What a partner's server says, made fit for our messages, logs, events and pages."""

MAX_CHARACTERS = 200
SUBSTITUTE = "?"
BLANKS = frozenset("\t\n\v\f\r\u2028\u2029")  # what separates words of a text of several lines

# Shown as nothing, or as a blank, although str.isprintable() lets them pass: the characters of
# Unicode's Default_Ignorable_Code_Point with a category other than Cf, Cc and Cn, and the braille
# blank.
INVISIBLE = frozenset(
    chr(code)
    for codes in (
        (0x034F,),  # combining grapheme joiner
        (0x115F, 0x1160, 0x3164, 0xFFA0),  # Hangul fillers
        (0x17B4, 0x17B5),  # Khmer inherent vowels
        range(0x180B, 0x1810),  # Mongolian variation selectors
        (0x2800,),  # braille pattern blank
        range(0xFE00, 0xFE10),  # variation selectors
        range(0xE0000, 0xE1000),  # tags and more variation selectors
    )
    for code in codes
)


def legible(text: str, max_characters: int) -> str:
    """`text` on one line, with a substitute for each character that is not seen or that changes how
    others are seen. Never longer than `max_characters`; a cut shows as an ellipsis."""
    cut = text if len(text) <= max_characters else text[: max_characters - 1] + "…"
    return "".join(map(_shown, cut))


def _shown(character: str) -> str:
    if character in BLANKS:
        return " "
    return character if character.isprintable() and character not in INVISIBLE else SUBSTITUTE


class Words(str):
    """Printable text of at most MAX_CHARACTERS. Whatever a server says is hostile input, so it goes
    through this type before it goes anywhere else."""

    __slots__ = ()

    def __new__(cls, said: "str | bytes") -> "Words":
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        return super().__new__(cls, legible(text, MAX_CHARACTERS))
