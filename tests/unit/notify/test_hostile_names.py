"""Whatever a name is, it stays a name: in Teams, in Slack, in mails and in webhooks."""

import json
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from services.notify.adapters import slack_blocks, teams_card, webhook_body
from services.notify.adapters.mail import Envelope, mail_of
from services.notify.domain.channel import CardShape
from services.notify.domain.message import Message
from services.notify.domain.showing import view_of
from tests.doubles.slack_limits import LONGEST_POST, fault_of
from tests.doubles.slack_view import MessageView
from tests.doubles.teams_cards import problems_of
from tests.doubles.teams_view import CardView
from tests.unit.notify.hostile_names import HOSTILE
from tests.unit.notify.messages import FAILED, hostile_digest, named, of

SENDER, RECIPIENT = "ferry@files.example", "anna@corp.example"
OURS = ("https://files.example/", "https://desk.example/")
HEADERS = {
    "From",
    "To",
    "Subject",
    "List-Id",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-FileFerry-Message",
    "MIME-Version",
    "Content-Type",
}


def messages(name: str) -> Iterator[tuple[Message, str]]:
    """With the name of the channel."""
    yield of(named(FAILED, name)), name
    yield hostile_digest(name), name
    yield Message("m", (), note=name), name


@pytest.mark.parametrize("name", HOSTILE)
def test_in_teams(name: str) -> None:
    for message, channel in messages(name):
        body = teams_card.body_of(view_of(message, channel), CardShape.CARD)
        card = json.loads(body)
        assert problems_of(card) == []
        assert len(body) <= teams_card.MOST_BYTES
        found = CardView(card).findings
        assert (found.mentions, found.markup, found.characters) == ([], [], [])
        assert all(link["kind"] == "action" for link in found.links)
        assert all(link["url"].startswith(OURS) for link in found.links)
        assert "{{" not in body.decode()


@pytest.mark.parametrize("name", HOSTILE)
def test_in_slack(name: str) -> None:
    for message, channel in messages(name):
        drawn = slack_blocks.message_of(view_of(message, channel))
        assert fault_of(drawn, LONGEST_POST) is None
        found = MessageView(drawn).findings
        assert (found.mentions, found.characters) == ([], [])
        assert all(link["url"].startswith(OURS) for link in found.links)
        of_names = [each for each in found.markup if not each["where"].startswith("blocks[2]")]
        assert [each for each in of_names if each["kind"] != "emoji"] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_in_the_fallback_text_of_slack(name: str) -> None:
    """Without the switches that turn parsing off, too."""
    for message, channel in messages(name):
        text = slack_blocks.message_of(view_of(message, channel))["text"]
        assert not re.search(r"<[^>]*>", text)


@pytest.mark.parametrize("name", HOSTILE)
def test_in_mails(name: str) -> None:
    for message, channel in messages(name):
        raw = mail_of(view_of(message, channel), Envelope(SENDER, (RECIPIENT,), "m"))
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        assert set(mail.keys()) == HEADERS
        assert not mail.defects
        text, html = (part.get_content() for part in mail.iter_parts())
        assert all(link.startswith(OURS) for link in re.findall(r"https?://\S+", text))
        assert "www." not in re.sub(r"https?://\S+", "", text).lower()
        page = Page()
        page.feed(html)
        assert page.tags <= {"html", "head", "meta", "style", "body", "div", "span"} | {
            *("table", "tr", "td", "br", "a")
        }
        assert all(link.startswith(OURS) for link in page.links)
        assert page.handlers == []


@pytest.mark.parametrize("name", HOSTILE)
def test_in_webhooks(name: str) -> None:
    for message, channel in messages(name):
        body = webhook_body.body_of(message, view_of(message, channel))
        assert body.isascii()
        assert b"\n" not in body
        json.loads(body)["data"]["summary"].encode()  # no half pairs, which many readers refuse


def test_webhooks_tell_names_as_they_are() -> None:
    name = "a\u202e<b>\n.csv"
    message = of(named(FAILED, name))
    event = json.loads(webhook_body.body_of(message, view_of(message, "x")))
    assert event["data"]["source"]["key"] == name


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
