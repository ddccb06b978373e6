"""Draws a message as Block Kit blocks for Slack.

Whatever others wrote stands in plain text, which knows no markup, no mentions and no links. Only
the fallback text cannot be plain; there it is escaped, and parsing is off.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.notify.domain.view import Entry, Link, Row, Tone, View

Block = Mapping[str, Any]

MOST_HEADER, MOST_TEXT, MOST_FIELDS = 150, 3_000, 10  # of Slack; blocks are 50 at most
MOST_FALLBACK = 300
SYMBOLS = {Tone.GOOD: "✅", Tone.BAD: "❌", Tone.WARNING: "⚠️", Tone.PLAIN: "▶️"}


def message_of(view: View) -> dict[str, Any]:
    """What incoming webhooks, chat.postMessage and chat.update have in common."""
    return {
        "text": escaped(view.subject)[:MOST_FALLBACK],
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": list(_blocks(view)),
    }


def escaped(text: str) -> str:
    """The three characters that Slack reads as its own markup (mentions, links, entities)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _blocks(view: View) -> Iterator[Block]:
    headline = f"{SYMBOLS[view.tone]} {view.headline}"
    yield {"type": "header", "text": _plain(headline, MOST_HEADER)}
    if view.name:
        yield _section(view.name)
    ours = [each for each in view.entries if not each.foreign][:MOST_FIELDS]
    if ours:
        yield {"type": "section", "fields": [_field(each) for each in ours]}
    if view.sentences:
        yield from _sections(view.sentences)
    foreign = [f"{each.label}: {each.value}" for each in view.entries if each.foreign]
    yield from _sections(foreign)
    yield from _sections([_row(row) for row in view.rows] + ([view.more] if view.more else []))
    if view.links:
        text = "  ·  ".join(_link(link) for link in view.links)
        yield {"type": "section", "text": _markup(text)}
    yield {"type": "context", "elements": [_plain(view.footer, MOST_TEXT)]}


def _sections(lines: Iterable[str]) -> Iterator[Block]:
    """As few sections as hold the lines."""
    text = ""
    for line in lines:
        if text and len(text) + len(line) >= MOST_TEXT:
            yield _section(text)
            text = ""
        text = f"{text}\n{line}" if text else line
    if text:
        yield _section(text)


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text, MOST_TEXT)}


def _row(row: Row) -> str:
    return f"{SYMBOLS[row.tone]} {row.name}: {row.detail}"


def _plain(text: str, most: int) -> Block:
    """Without `emoji`, :skull: in a name stays what it is."""
    return {"type": "plain_text", "text": text[:most], "emoji": False}


def _markup(text: str) -> Block:
    """Only for what we wrote."""
    return {"type": "mrkdwn", "text": text[:MOST_TEXT], "verbatim": True}


def _field(entry: Entry) -> Block:
    return _markup(f"*{entry.label}*\n{entry.value}")


def _link(link: Link) -> str:
    return f"<{escaped(link.url)}|{link.text}>"
