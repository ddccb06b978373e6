"""What a message shows, and what in it reaches further than its words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.spans import SHAPES, Span, deceives, every, read_aloud

Found = list[dict[str, str]]


@dataclass
class Findings:
    """`where` is a place in the message, as body[0].text.

    lines       what is read, in the order of the message
    mentions    {"where", "kind", "target", "text"}: who is called (user, channel, here, ...)
    links       {"where", "kind", "url", "text"}: explicit (markup), automatic (made of bare words),
                action (a button), image (loaded by whoever looks)
    markup      {"where", "kind", "text"}: bold, italic, strike, code, quote, heading, list, emoji
    characters  {"where", "code"}: controls, and what turns the direction of letters ('U+202E')
    """

    lines: list[str] = field(default_factory=list)
    mentions: Found = field(default_factory=list)
    links: Found = field(default_factory=list)
    markup: Found = field(default_factory=list)
    characters: Found = field(default_factory=list)

    def read(self, where: str, spans: Iterable[Span]) -> None:
        spans = tuple(spans)
        words = read_aloud(spans)
        self.lines.append(words.strip())
        for span in every(spans):
            self._span(where, span)
        for each in sorted(set(filter(deceives, words))):
            self.characters.append({"where": where, "code": f"U+{ord(each):04X}"})

    def _span(self, where: str, span: Span) -> None:
        text = span.text or read_aloud(span.inner).strip()
        if span.kind == "mention":
            mention = {"where": where, "kind": span.how, "target": span.target, "text": text}
            self.mentions.append(mention)
        elif span.kind in ("link", "image"):
            self.link(where, span.how, span.target, text)
        elif span.kind not in SHAPES:
            self.markup.append({"where": where, "kind": span.kind, "text": text})

    def link(self, where: str, kind: str, url: str, text: str) -> None:
        self.links.append({"where": where, "kind": kind, "url": url, "text": text})

    def shown(self) -> dict[str, Any]:
        return {
            "text": "\n".join(self.lines),
            "mentions": self.mentions,
            "links": self.links,
            "markup": self.markup,
            "characters": self.characters,
        }
