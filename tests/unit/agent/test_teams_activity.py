"""How replies look in Teams: plain text, cards from the server's record, and Teams' limits."""

import json
from typing import Any

import pytest

from services.agent.adapters.teams_activity import CUT, MOST_BYTES, body_of, card_of, unlinked
from services.agent.domain.proposal import Proposal
from services.agent.domain.proposed import Card, Line, Step
from services.agent.domain.teams import Chat
from services.agent.domain.teams_ports import Reply
from tests.doubles.teams_cards import problems_of
from tests.doubles.teams_view import CardView
from tests.unit.agent.proposals import ESTIMATE, a_proposal

CHAT = Chat("https://smba.trafficmanager.net/emea/", "a:1", "28:bot")
LINK = "https://files.example/agent/proposals/{id}"
HOSTILE = (
    "**bold** [pay](https://evil.example) <at>Ann</at> {{DATE(2026-01-01)}} ![x](http://e/x.png)"
)


def drawn(reply: Reply, link: str = LINK) -> dict[str, Any]:
    body = body_of(CHAT, "act-1", reply, link)
    assert len(body) <= MOST_BYTES
    found: dict[str, Any] = json.loads(body)
    return found


def told_by(card: Card) -> Proposal:
    return a_proposal(card=card, proposal_id="p-1")


def words_in(card: Any) -> str:  # noqa: ANN401 - JSON
    blocks = card["body"]
    return "\n".join("".join(run["text"] for run in each["inlines"]) for each in blocks)


def test_an_answer_is_plain_text() -> None:
    assert drawn(Reply("It is *there*.")) == {
        "type": "message",
        "from": {"id": "28:bot"},
        "conversation": {"id": "a:1"},
        "textFormat": "plain",
        "text": "It is *there*.",
        "replyToId": "act-1",
    }


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://evil.example/?q=1", "see https: //evil.example/?q=1"),
        ("HTTP://EVIL", "HTTP: //EVIL"),
        ("www.evil.example", "www .evil.example"),
        ("mailto:a@b.example", "mailto :a@b.example"),
        ("msteams://x", "msteams: //x"),
        ("at 12:30, 5:1 // not", "at 12:30, 5:1 // not"),
    ],
)
def test_nothing_in_an_answer_can_be_clicked(text: str, shown: str) -> None:
    assert unlinked(text) == shown


@pytest.mark.parametrize("letter", ["x", "ä", "漢", "😀", '"', "\n", "\\"])
def test_a_long_answer_is_cut_between_letters_and_says_so(letter: str) -> None:
    long = drawn(Reply(letter * 16_000, a_proposal()))
    text = long["text"]
    whole = text == letter * 16_000
    assert whole or (text.endswith(CUT) and set(text.removesuffix(CUT)) == {letter})
    assert len(text) > 3_000
    short = drawn(Reply(letter * 100))
    assert short["text"] == letter * 100


def test_the_card_has_what_the_record_says_and_one_link() -> None:
    proposal = a_proposal(proposal_id="p-1")
    [attachment] = drawn(Reply("Look.", proposal))["attachments"]
    card = attachment["content"]
    assert problems_of(card) == []
    assert card["actions"] == [
        {
            "type": "Action.OpenUrl",
            "title": "Open in FileFerry",
            "url": "https://files.example/agent/proposals/p-1",
        }
    ]
    shown = words_in(card)
    assert "Send one file to ACME" in shown
    assert "Destination: ACME" in shown
    assert "It takes about 12 s, 8 s to 30 s as a rule." in shown
    assert "confirm or reject it there until 12:15 UTC." in shown


def test_nothing_in_the_card_confirms() -> None:
    text = json.dumps(card_of(a_proposal(), LINK))
    assert "Submit" not in text
    assert "Execute" not in text
    assert a_proposal().digest not in text


def test_a_stage_without_a_link_names_the_proposal() -> None:
    card = card_of(a_proposal(proposal_id="p-1"), "")
    assert "actions" not in card
    assert "Its id is p-1." in words_in(card)
    assert problems_of(card) == []


def test_hostile_text_stays_text_in_the_card() -> None:
    card = Card(HOSTILE, (Step(HOSTILE),) * 2, (Line(HOSTILE, HOSTILE),), (HOSTILE,), HOSTILE, None)
    made = card_of(told_by(card), LINK)
    assert problems_of(made) == []
    found = CardView(made).findings.shown()
    assert HOSTILE in words_in(made)
    assert [each["url"] for each in found["links"]] == [LINK.replace("{id}", "p-1")]
    assert found["mentions"] == []
    assert "{{" not in json.dumps([run["text"] for b in made["body"] for run in b["inlines"]])


def test_a_card_with_more_lines_than_teams_takes_says_how_many_are_left() -> None:
    lines = tuple(Line(f"File {number}", "é" * 500) for number in range(300))
    card = Card("Send 300 files", (Step("One"),) * 300, lines, ("It is lost.",) * 5, "x", ESTIMATE)
    told = drawn(Reply("漢" * 16_000, told_by(card)))
    [made] = [each["content"] for each in told["attachments"]]
    assert problems_of(made) == []
    shown = words_in(made)
    assert "Send 300 files" in shown
    assert shown.count("! It is lost.") == 5
    assert " more lines" in shown
    assert "Read all of it in FileFerry" in shown
    assert told["text"].endswith(CUT)


def test_an_id_cannot_leave_its_place_in_the_link() -> None:
    odd = a_proposal(proposal_id="../../x?y")
    [action] = card_of(odd, LINK)["actions"]
    assert action["url"] == "https://files.example/agent/proposals/..%2F..%2Fx%3Fy"
