"""Draws a message as an Adaptive Card 1.2, in the body that a flow in Teams takes.

Whatever others wrote stands in text runs: they know no Markdown, no mentions and no links, while
TextBlock and FactSet do.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.notify.domain.channel import CardShape
from services.notify.domain.view import Entry, Row, Tone, View

Element = Mapping[str, Any]

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
        "body": [_head(view), *_facts(view.entries), *_details(view)],
    }
    if view.links:
        card["actions"] = [
            {"type": "Action.OpenUrl", "title": link.text, "url": link.url} for link in view.links
        ]
    return card


def _head(view: View) -> Element:
    items = [_line(_runs(view.headline, weight="Bolder", size="Medium"))]
    if view.name:
        items.append(_line(_runs(view.name), spacing="Small"))
    return {"type": "Container", "style": STYLES[view.tone], "bleed": True, "items": items}


def _facts(entries: Iterable[Entry]) -> Iterator[Element]:
    """Ours alone: the values of a FactSet are Markdown."""
    ours = [{"title": each.label, "value": each.value} for each in entries if not each.foreign]
    if ours:
        yield {"type": "FactSet", "facts": ours}


def _details(view: View) -> Iterator[Element]:
    for text in view.sentences:
        yield _line(_runs(text))
    for each in view.entries:
        if each.foreign:
            label = {"type": "TextRun", "text": f"{each.label}: ", "weight": "Bolder"}
            yield _line([label, *_runs(each.value)], spacing="Small")
    for row in view.rows:
        yield _line(_row(row), spacing="Small")
    if view.more:
        yield _line(_runs(view.more, isSubtle=True), spacing="Small")
    yield _line(_runs(view.footer, isSubtle=True, size="Small"), separator=True)


def _row(row: Row) -> list[Element]:
    symbol = {
        "type": "TextRun",
        "text": SYMBOLS[row.tone],
        "color": COLORS[row.tone],
        "weight": "Bolder",
    }
    return [symbol, *_runs(row.name, weight="Bolder"), *_runs(f"  {row.detail}", isSubtle=True)]


def _line(runs: list[Element], **style: object) -> Element:
    return {"type": "RichTextBlock", "inlines": runs, **style}


def _runs(text: str, **style: object) -> list[Element]:
    """Clients replace {{DATE(...)}} inside a run, so no run has two braces in a row."""
    parts = text.replace("{{", "{\0{").split("\0")
    return [{"type": "TextRun", "text": part, **style} for part in parts]
