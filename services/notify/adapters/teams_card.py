"""Draws a message as an Adaptive Card 1.2, in the body that a flow in Teams takes.

Whatever others wrote stands in text runs: they know no Markdown, no mentions and no links, while
TextBlock and FactSet do.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.notify.domain.channel import CardShape
from services.notify.domain.view import Tone, View

Element = Mapping[str, Any]
Style = Mapping[str, object]

MOST_BYTES = 28_000  # Teams refuses bodies of more than about 28 KB
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
STYLES = {
    Tone.GOOD: "good",
    Tone.BAD: "attention",
    Tone.WARNING: "warning",
    Tone.PLAIN: "emphasis",
}
COLORS = {
    Tone.GOOD: "Good",
    Tone.BAD: "Attention",
    Tone.WARNING: "Warning",
    Tone.PLAIN: "Default",
}
SYMBOLS = {Tone.GOOD: "✓ ", Tone.BAD: "✗ ", Tone.WARNING: "! ", Tone.PLAIN: "→ "}


def _long_word(most: int) -> re.Pattern[str]:
    """More than `most` characters between two places where a line may break do not fit into a
    narrow card. They are cut behind a dot, a slash or a low line, where there is one."""
    unbroken = r"[^\s-]"
    at_a_mark = rf"{unbroken}{{{most // 2},{most - 1}}}[_./]"
    return re.compile(rf"(?={unbroken}{{{most + 1}}})(?:{at_a_mark}|{unbroken}{{{most}}})")


LONG_WORD, LONG_IN_TITLE = _long_word(38), _long_word(28)
BETWEEN_BRACES = re.compile(r"(?<=\{)(?=\{)")
CUT = "\\g<0>\0"
APART = "Default"  # the gap between parts of a card


def body_of(view: View, shape: CardShape) -> bytes:
    """At most MOST_BYTES: details are left out until it fits."""
    body = _encoded(view, shape)
    smaller = view.smaller()
    while len(body) > MOST_BYTES and smaller is not None:
        body, smaller = _encoded(smaller, shape), smaller.smaller()
    return body


def _encoded(view: View, shape: CardShape) -> bytes:
    card = _card(view)
    attachment = {"contentType": CARD_TYPE, "contentUrl": None, "content": card}
    body = card if shape is CardShape.CARD else {"type": "message", "attachments": [attachment]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _card(view: View) -> Element:
    card: dict[str, Any] = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.2",
        "msteams": {"width": "Full"},
        "fallbackText": "A message of FileFerry",
        "body": list(_body(view)),
    }
    if view.links:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": link.text, "url": link.url} for link in view.links
        ]
    return card


def _body(view: View) -> Iterator[Element]:
    style: Style = {"weight": "Bolder", "size": "Medium"}
    head = _blocks([_symbol(view.tone)], _parts(view.headline, style, LONG_IN_TITLE))
    name = _lines(view.name) if view.name else []
    yield {
        "type": "Container",
        "style": STYLES[view.tone],
        "bleed": True,
        "items": [*head, *name],
    }
    for text in view.sentences:
        yield from _apart(_lines(text))
    entries = [_lines(each.value, _label(each.label)) for each in view.entries]
    yield from _apart([line for lines in entries for line in lines])
    rows = [_lines(row.name, _symbol(row.tone), after=row.detail) for row in view.rows]
    yield from _apart([line for lines in rows for line in lines])
    if view.more:
        yield from _lines(view.more, isSubtle=True)
    for line in _apart(_lines(view.footer, isSubtle=True, size="Small")):
        yield {**line, "separator": line["spacing"] == APART}


def _apart(lines: list[Element]) -> list[Element]:
    """With a gap above the first of them."""
    return [{**line, "spacing": line["spacing"] if at else APART} for at, line in enumerate(lines)]


def _symbol(tone: Tone) -> Element:
    return {
        "type": "TextRun",
        "text": SYMBOLS[tone],
        "color": COLORS[tone],
        "weight": "Bolder",
    }


def _label(text: str) -> Element:
    return {"type": "TextRun", "text": f"{text}  ", "isSubtle": True}


def _lines(text: str, *before: Element, after: str = "", **style: object) -> list[Element]:
    """With `after`, `text` is strong, and `after` stands behind it."""
    strong = {"weight": "Bolder"} if after else {}
    lines = _parts(text, {**style, **strong})
    if after:
        first, *rest = _parts(f"  {after}", {"isSubtle": True})
        lines = [*lines[:-1], [*lines[-1], *first], *rest]
    return _blocks(before, lines)


def _parts(text: str, style: Style, long: re.Pattern[str] = LONG_WORD) -> list[list[Element]]:
    """Clients break lines only between words, so a very long word gets lines of its own."""
    return [_runs(part, style) for part in long.sub(CUT, text).split("\0")]


def _blocks(before: Sequence[Element], lines: list[list[Element]]) -> list[Element]:
    first, *rest = lines
    return [
        {"type": "RichTextBlock", "inlines": [*before, *first], "spacing": "Small"},
        *({"type": "RichTextBlock", "inlines": line, "spacing": "None"} for line in rest),
    ]


def _runs(text: str, style: Style) -> list[Element]:
    """Clients replace {{DATE(...)}} inside a run, so no run has two braces in a row."""
    parts = BETWEEN_BRACES.split(text)
    return [{"type": "TextRun", "text": part, **style} for part in parts]
