"""What a partner's server says, made fit for our messages, logs, events and pages."""

from services.transfer.domain.invisible import is_invisible

MAX_CHARACTERS = 200
SUBSTITUTE = "?"
BLANKS = frozenset("\t\n\v\f\r\u2028\u2029")  # what separates words of a text of several lines

BRAILLE_BLANK = "\u2800"  # a symbol without any dot


def legible(text: str, max_characters: int) -> str:
    """`text` on one line, with a substitute for each character that is not seen or that changes how
    others are seen. Never longer than `max_characters`; a cut shows as an ellipsis."""
    cut = text if len(text) <= max_characters else text[: max_characters - 1] + "…"
    return "".join(map(_shown, cut))


def _shown(character: str) -> str:
    if character in BLANKS:
        return " "
    seen = character.isprintable() and not is_invisible(character) and character != BRAILLE_BLANK
    return character if seen else SUBSTITUTE


class Words(str):
    """Printable text of at most MAX_CHARACTERS. Whatever a server says is hostile input, so it goes
    through this type before it goes anywhere else."""

    __slots__ = ()

    def __new__(cls, said: "str | bytes") -> "Words":
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        return super().__new__(cls, legible(text, MAX_CHARACTERS))
