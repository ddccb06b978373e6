"""Formatted text as chats show it."""

import html
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.doubles.html_page import text_html

DECEIVING = frozenset(
    "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
TAGS = {
    "bold": "b",
    "italic": "i",
    "strike": "s",
    "code": "code",
    "quote": "blockquote",
    "heading": "h3",
    "list": "ul",
    "item": "li",
    "paragraph": "p",
}
STYLE = """
.link { color: var(--busy); text-decoration: underline; }
.mention { color: var(--busy); font-weight: 600; }
"""
SHAPES = frozenset({"text", "paragraph", "break"})  # these are no formatting
BLOCKS = frozenset({"paragraph", "heading"})  # what follows begins a line


@dataclass(frozen=True)
class Span:
    """`kind` is text, break, link, mention, emoji, image, or one of TAGS. `text` is what is read;
    a span with `inner` has none of its own. `how` tells links and mentions apart: a link is
    explicit (markup) or automatic (made of bare words); a mention is a user, channel, here, ..."""

    kind: str
    text: str = ""
    inner: tuple["Span", ...] = ()
    target: str = ""
    how: str = ""


def read_aloud(spans: Iterable[Span]) -> str:
    """The words alone, as somebody reads them."""
    words = ""
    for span in spans:
        words += span.text + read_aloud(span.inner)
        words += "\n" if span.kind == "break" or span.kind in BLOCKS else ""
    return words


def every(spans: Iterable[Span]) -> Iterator[Span]:
    for span in spans:
        yield span
        yield from every(span.inner)


def deceives(character: str) -> bool:
    """Controls, and what changes the direction of what follows."""
    if character in DECEIVING:
        return True
    return unicodedata.category(character) == "Cc" and character not in "\n\t"


def as_html(spans: Iterable[Span]) -> str:
    return "".join(map(_html_of, spans))


def _html_of(span: Span) -> str:
    words = text_html(span.text) + as_html(span.inner)
    if span.kind == "break":
        return "<br>"
    if span.kind in TAGS:
        return f"<{TAGS[span.kind]}>{words}</{TAGS[span.kind]}>"
    if span.kind in ("link", "image"):
        # The page shows where a link leads, and leads nowhere itself: it may be hostile.
        return f'<span class="link" title="{html.escape(span.target)}">{words}</span>'
    if span.kind in ("mention", "emoji"):
        return f'<span class="{span.kind}">{words}</span>'
    return words
