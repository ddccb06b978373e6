"""Draws a reply as an activity of the Bot Framework: plain text, and the card of a proposal.

Whatever a model or others wrote stays text. The text is `plain`, and what a client would make a
link of is taken apart. In the card it stands in text runs: they know no Markdown, no mentions and
no links. Nothing in the card acts but a link to the console.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from services.agent.domain.estimate import Estimate
from services.agent.domain.proposal import Proposal
from services.agent.domain.teams import Chat
from services.agent.domain.teams_ports import Reply

Element = Mapping[str, Any]
MOST_BYTES = 28_000  # of an activity; Teams refuses more than about 28 KB in a card
MOST_CARD = 12_000  # bytes; the rest is for the text
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
CUT = "… (cut here; the whole answer is in FileFerry)"
LINK = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]{1,20}:)(?=//)|(\bwww)(?=\.)|(\bmailto)(?=:)")
BRACES = re.compile(r"(?<=\{)(?=\{)")  # clients replace {{DATE(...)}} inside a run
MOST_VALUE = 300  # characters of a line of the card
HINT = "Nothing is done yet. Read all of it in FileFerry, and confirm or reject it there"


def body_of(chat: Chat, activity_id: str | None, reply: Reply, link: str) -> bytes:
    """`link` is a proposal's page in the console with {id} in its place; empty: there is none."""
    activity: dict[str, Any] = {
        "type": "message",
        "from": {"id": chat.bot},
        "conversation": {"id": chat.id},
        "textFormat": "plain",
        "text": "",
    }
    if activity_id is not None:
        activity["replyToId"] = activity_id
    if reply.proposal is not None:
        card = card_of(reply.proposal, link)
        activity["attachments"] = [{"contentType": CARD_TYPE, "content": card}]
    room = MOST_BYTES - len(_encoded(activity))
    return _encoded(activity | {"text": _fitting(unlinked(reply.text), room)})


def unlinked(text: str) -> str:
    """A blank behind what begins an address, so that nobody can click on it."""
    return LINK.sub(lambda found: f"{found[0]} ", text)


def card_of(proposal: Proposal, link: str) -> Element:
    """From the server's record. Lines that find no room are counted, and are in the console."""
    head, lines = list(_head(proposal)), list(_lines(proposal))
    shown = len(lines)
    card = _card(proposal, link, head, lines)
    while len(_encoded(card)) > MOST_CARD and shown > 0:
        shown -= 1
        left = f"… and {len(lines) - shown} more lines"
        card = _card(proposal, link, head, [*lines[:shown], _block(left, isSubtle=True)])
    return card


def _card(proposal: Proposal, link: str, head: list[Element], lines: list[Element]) -> Element:
    card: dict[str, Any] = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.2",
        "msteams": {"width": "Full"},
        "fallbackText": "A proposal of FileFerry's agent",
        "body": [*head, *lines, _block(_hint(proposal, link), isSubtle=True)],
    }
    if link:
        url = link.replace("{id}", quote(proposal.id, safe=""))
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open in FileFerry", "url": url}]
    return card


def _hint(proposal: Proposal, link: str) -> str:
    until = f"until {_time(proposal.content.expires_at)}"
    return f"{HINT} {until}." if link else f"{HINT}, under Agent, {until}. Its id is {proposal.id}."


def _head(proposal: Proposal) -> Iterator[Element]:
    card = proposal.content.card
    yield _block(_short(card.sentence), weight="Bolder", size="Medium")
    for caution in card.cautions:
        yield _block(f"! {_short(caution)}", color="Warning")
    if card.estimate is not None:
        yield _block(_duration(card.estimate))
    if card.strategy is not None:
        yield _block(_short(card.strategy))


def _lines(proposal: Proposal) -> Iterator[Element]:
    card = proposal.content.card
    if len(card.steps) > 1:
        yield from (_block(_short(step.sentence)) for step in card.steps)
    yield from (_block(f"{each.label}: {_short(each.value)}") for each in card.lines)


def _duration(estimate: Estimate) -> str:
    if estimate.seconds is None:
        return f"How long it takes is not known yet. {estimate.basis}"
    told = f"It takes about {_amount(estimate.seconds)}"
    if estimate.low_seconds is not None and estimate.high_seconds is not None:
        told += f", {_amount(estimate.low_seconds)} to {_amount(estimate.high_seconds)} as a rule"
    return f"{told}. {estimate.basis}"


def _amount(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


def _short(text: str) -> str:
    return text if len(text) <= MOST_VALUE else f"{text[: MOST_VALUE - 1]}…"


def _block(text: str, **style: object) -> Element:
    runs = [{"type": "TextRun", "text": part, **style} for part in BRACES.split(text)]
    return {"type": "RichTextBlock", "inlines": runs, "spacing": "Small"}


def _time(at: datetime) -> str:
    return f"{at:%H:%M} UTC"


def _fitting(text: str, room: int) -> str:
    """Cut between characters, so that the JSON of it has `room` bytes at most."""
    if _size(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _size(text[:middle] + CUT) <= room else (low, middle - 1)
    return text[:low] + CUT


def _size(text: str) -> int:
    return len(json.dumps(text, ensure_ascii=False).encode())


def _encoded(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
