"""The double of Teams: what its flows take, post, and find in cards."""

import copy
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.doubles.http_double import served
from tests.doubles.teams import DELIVERY_FAILED, Teams, address_of
from tests.doubles.teams_flows import CARD_TYPE, LARGEST

CARD: dict[str, Any] = {
    "type": "AdaptiveCard",
    "version": "1.2",
    "body": [
        {"type": "TextBlock", "text": "Delivered to **ACME**", "weight": "Bolder", "wrap": True},
        {"type": "FactSet", "facts": [{"title": "File", "value": r"\*a\*.csv"}]},
    ],
    "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": "https://files.example/t/1"}],
}


@pytest.fixture(scope="module")
def program() -> Iterator[httpx.Client]:
    with served(Teams()) as running, httpx.Client(base_url=running.url, trust_env=False) as http:
        yield http


@pytest.fixture
def teams(program: httpx.Client) -> httpx.Client:
    control(program, "DELETE", "messages")
    return program


def control(teams: httpx.Client, method: str, name: str, document: object = None) -> dict[str, Any]:
    answer = teams.request(method, f"/_double/{name}", json=document)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def post(
    teams: httpx.Client, flow: str, body: object, address: str | None = None
) -> httpx.Response:
    return teams.post(address or address_of(flow), json=body)


def message_of(card: object) -> dict[str, Any]:
    attachment = {"contentType": CARD_TYPE, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def posted(teams: httpx.Client, flow: str, body: object) -> dict[str, Any]:
    """What became of a body that the trigger took."""
    answer = post(teams, flow, body)
    assert (answer.status_code, answer.content) == (202, b"")
    found: dict[str, Any] = control(teams, "GET", "messages")["messages"][-1]
    return found


@pytest.mark.parametrize(
    ("flow", "body", "fate"),
    [
        ("message", message_of(CARD), None),
        ("message", CARD, "ExpressionEvaluationFailed"),
        ("card", CARD, None),
        ("card", message_of(CARD), "InvalidBotAdaptiveCard"),
        ("either", message_of(CARD), None),
        ("either", CARD, None),
        ("either", {"text": "hello"}, "InvalidBotAdaptiveCard"),
        ("message", message_of(None), "InvalidBotAdaptiveCard"),
        ("message", message_of({**CARD, "speak": "x" * LARGEST}), "RequestEntityTooLarge"),
    ],
)
def test_a_flow_takes_every_body_and_posts_only_its_own_shape(
    teams: httpx.Client, flow: str, body: object, fate: str | None
) -> None:
    found = posted(teams, flow, body)
    assert found["posted"] is (fate is None)
    assert (found["why_not"] or "").partition(":")[0] == (fate or "")


@pytest.mark.parametrize(
    "change",
    [
        {"version": "1.5"},
        {"body": [{"type": "TextBlock"}]},
        {"body": [{"type": "TextBlock", "text": "a", "weight": "fat"}]},
        {"body": [{"type": "TextBlock", "text": "a", "style": "heading"}]},
        {"body": [{"type": "Media", "sources": []}]},
        {"body": [{"type": "Container", "items": [{"type": "Input.Text", "id": "a"}]}]},
        {"body": [{"type": "FactSet", "facts": [{"title": "a"}]}]},
        {"actions": [{"type": "Action.Submit", "title": "a"}]},
        {"actions": [{"type": "Action.OpenUrl", "title": "a", "url": "/t/1"}]},
        {"actions": CARD["actions"] * 7},
        {"msteams": {"entities": [{"type": "mention", "text": "<at>A</at>", "mentioned": {}}]}},
        {"msteams": {"entities": None}},
    ],
)
def test_a_card_that_teams_would_not_show_is_not_posted(
    teams: httpx.Client, change: dict[str, Any]
) -> None:
    found = posted(teams, "card", {**CARD, **change})
    assert not found["valid"]
    assert not found["posted"]
    assert len(found["problems"]) == 1


def test_what_a_card_shows_and_reaches_is_told(teams: httpx.Client) -> None:
    found = posted(teams, "card", CARD)
    assert found["text"] == "Delivered to ACME\nFile\n*a*.csv\nOpen"
    assert [each["text"] for each in found["markup"]] == ["ACME"]
    assert [each["url"] for each in found["links"]] == ["https://files.example/t/1"]
    assert found["mentions"] == found["characters"] == []


def test_a_hostile_name_is_found_out(teams: httpx.Client) -> None:
    card = copy.deepcopy(CARD)
    name = "[*a*](http://b.example) <http://c.example> d.zip `e` <at>Ana</at> f\u202egnp"
    card["body"][1]["facts"][0]["value"] = name
    mention = {
        "type": "mention",
        "text": "<at>Ana</at>",
        "mentioned": {"id": "29:1", "name": "Ana"},
    }
    card["msteams"] = {"entities": [mention]}
    found = posted(teams, "card", card)
    place = "body[1].facts[0].value"
    links = [each for each in found["links"] if each["where"] == place]
    assert [(each["kind"], each["url"], each["text"]) for each in links] == [
        ("explicit", "http://b.example", "a"),
        ("explicit", "http://c.example", "http://c.example"),
        ("automatic", "http://d.zip", "d.zip"),
    ]
    assert [(each["kind"], each["target"]) for each in found["mentions"]] == [("user", "29:1")]
    assert found["characters"] == [{"where": place, "code": "U+202E"}]


def test_a_trigger_refuses_as_power_automate_does(teams: httpx.Client) -> None:
    address = address_of("card")
    unsigned, _, _ = address.partition("&sig=")
    unknown = address.replace("9a8b7c6d", "00000000")
    answers = [post(teams, "card", CARD, each) for each in (unsigned, address + "x", unknown)]
    assert [(each.status_code, each.json()["error"]["code"]) for each in answers] == [
        (401, "DirectApiAuthorizationRequired"),
        (401, "AuthorizationFailed"),
        (404, "WorkflowNotFound"),
    ]
    classic = address.replace("/powerautomate/automations/direct", "")
    assert post(teams, "card", CARD, classic).status_code == 202
    bad = teams.post(address, content=b'{"a": "\\ud800"}')
    assert bad.json()["error"]["code"] == "InvalidRequestContent"
    control(teams, "POST", "flows/card", {"state": "Disabled"})
    off = post(teams, "card", CARD)
    control(teams, "POST", "flows/card", {"state": "Enabled"})
    assert (off.status_code, off.json()["error"]["code"]) == (400, "WorkflowTriggerIsNotEnabled")


def test_its_faults_look_as_those_of_teams(teams: httpx.Client) -> None:
    faults = [
        {"kind": "status", "status": 429, "retry_after": 7},
        {"kind": "status", "status": 200, "body": DELIVERY_FAILED},
    ]
    control(teams, "POST", "faults", faults)
    limited, failed = post(teams, "card", CARD), post(teams, "card", CARD)
    assert (limited.status_code, limited.content, limited.headers["retry-after"]) == (429, b"", "7")
    assert (failed.status_code, failed.text) == (200, DELIVERY_FAILED)
    assert control(teams, "GET", "messages")["messages"] == []


def test_its_page_shows_hostile_text_as_text(teams: httpx.Client) -> None:
    hostile = "<script>alert(1)</script>"
    posted(teams, "card", {**CARD, "body": [{"type": "TextBlock", "text": hostile}]})
    posted(teams, "card", {**CARD, "version": hostile})
    shown = teams.get("/").text
    assert "<script>alert" not in shown
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 2
