"""The double of Slack: its webhook, its bot, and what it finds in messages."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.doubles.http_double import served
from tests.doubles.slack import Slack
from tests.doubles.slack_limits import Rate
from tests.doubles.slack_workspace import ARCHIVED, MEMBER, STRANGER, TOKEN, WEBHOOK


@pytest.fixture(scope="module")
def program() -> Iterator[httpx.Client]:
    with (
        served(Slack(seconds=0)) as running,
        httpx.Client(base_url=running.url, trust_env=False) as http,
    ):
        yield http


@pytest.fixture
def slack(program: httpx.Client) -> httpx.Client:
    control(program, "DELETE", "messages")
    return program


def control(slack: httpx.Client, method: str, name: str, document: object = None) -> dict[str, Any]:
    answer = slack.request(method, f"/_double/{name}", json=document)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def hook(slack: httpx.Client, message: object, address: str = WEBHOOK) -> httpx.Response:
    return slack.post(address, json=message)


def call(slack: httpx.Client, method: str, asked: object, token: str = TOKEN) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    answer = slack.post(f"/api/{method}", json=asked, headers=headers)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def last(slack: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = control(slack, "GET", "messages")["messages"][-1]
    return found


def section(text: str, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": "section", "text": {"type": kind, "text": text}}


HEADER = {"type": "header", "text": {"type": "plain_text", "text": "h" * 151}}
FIELD = {"type": "mrkdwn", "text": "f"}


@pytest.mark.parametrize(
    ("message", "status", "word"),
    [
        ({"text": "hello"}, 200, "ok"),
        ({"blocks": [section("s" * 3_000)]}, 200, "ok"),
        ({"blocks": [{"type": "divider"}] * 50}, 200, "ok"),
        ({}, 400, "no_text"),
        ([], 400, "invalid_payload"),
        ({"text": "t" * 40_001}, 400, "msg_too_long"),
        ({"attachments": [{}] * 101}, 400, "too_many_attachments"),
        ({"blocks": [{"type": "divider"}] * 51}, 400, "invalid_blocks"),
        ({"blocks": [section("s" * 3_001)]}, 400, "invalid_blocks"),
        ({"blocks": [section("")]}, 400, "invalid_blocks"),
        ({"blocks": [HEADER]}, 400, "invalid_blocks"),
        ({"blocks": [{"type": "section", "fields": [FIELD] * 11}]}, 400, "invalid_blocks"),
        ({"blocks": [{"type": "context", "elements": [FIELD] * 11}]}, 400, "invalid_blocks"),
        ({"blocks": [section("a") | {"colour": "red"}]}, 400, "invalid_blocks"),
        ({"blocks": [section("s" * 2_900)] * 5}, 400, "msg_blocks_too_long"),
    ],
)
def test_the_webhook_answers_in_plain_text(
    slack: httpx.Client, message: object, status: int, word: str
) -> None:
    answer = hook(slack, message)
    assert (answer.status_code, answer.text) == (status, word)
    found = last(slack)
    assert found["posted"] is found["valid"] is (word == "ok")
    assert found["why_not"] == (None if word == "ok" else word)


def test_a_webhook_that_is_gone_says_how(slack: httpx.Client) -> None:
    team, service, token = WEBHOOK.split("/")[2:]
    wrong = [f"/services/T1/{service}/{token}", f"/services/{team}/B1/{token}", f"{WEBHOOK}x"]
    answers = [hook(slack, {"text": "a"}, each) for each in wrong]
    assert [(each.status_code, each.text) for each in answers] == [
        (404, "no_team"),
        (404, "no_service"),
        (403, "invalid_token"),
    ]
    control(slack, "POST", "workspace", {"webhook": "channel_is_archived"})
    archived = hook(slack, {"text": "a"})
    control(slack, "POST", "workspace", {"webhook": "ok"})
    assert (archived.status_code, archived.text) == (410, "channel_is_archived")
    assert control(slack, "GET", "messages")["messages"] == []


@pytest.mark.parametrize("order", [{"webhok": "no_service"}, {"webhook": "no_servise"}])
def test_a_misspelt_order_is_refused(slack: httpx.Client, order: object) -> None:
    assert slack.post("/_double/workspace", json=order).status_code == 400
    assert hook(slack, {"text": "a"}).text == "ok"


def test_a_second_message_in_a_second_has_to_wait() -> None:
    with (
        served(Slack(seconds=600)) as running,
        httpx.Client(base_url=running.url, trust_env=False) as slack,
    ):
        answers = [hook(slack, {"text": "a"}) for _ in range(2)]
        assert [(each.status_code, each.text) for each in answers] == [
            (200, "ok"),
            (429, "rate_limited"),
        ]
        assert 1 <= int(answers[1].headers["retry-after"]) <= 600


def test_a_rate_is_free_again_after_its_time() -> None:
    now = [0.0]
    rate = Rate(1, 1.0, lambda: now[0])
    assert rate.retry_after("a") is None
    now[0] = 0.4
    assert rate.retry_after("a") == 1
    assert rate.retry_after("b") is None
    now[0] = 1.0
    assert rate.retry_after("a") is None


@pytest.mark.parametrize(
    ("asked", "token", "error"),
    [
        ({"channel": MEMBER, "text": "a"}, "xoxb-wrong", "invalid_auth"),
        ({"channel": "C1", "text": "a"}, TOKEN, "channel_not_found"),
        ({"channel": STRANGER, "text": "a"}, TOKEN, "not_in_channel"),
        ({"channel": ARCHIVED, "text": "a"}, TOKEN, "is_archived"),
        ({"channel": MEMBER}, TOKEN, "no_text"),
    ],
)
def test_the_bot_hears_of_errors_with_200(
    slack: httpx.Client, asked: object, token: str, error: str
) -> None:
    assert call(slack, "chat.postMessage", asked, token) == {"ok": False, "error": error}


def test_a_revoked_token_is_named(slack: httpx.Client) -> None:
    control(slack, "POST", "workspace", {"token": "token_revoked"})
    answer = call(slack, "chat.postMessage", {"channel": MEMBER, "text": "a"})
    control(slack, "POST", "workspace", {"token": "ok"})
    assert answer["error"] == "token_revoked"


def test_a_message_is_edited_in_place(slack: httpx.Client) -> None:
    begun = {"channel": MEMBER, "text": "Started", "blocks": [section("Started")]}
    ts = call(slack, "chat.postMessage", begun)["ts"]
    ended = {"channel": MEMBER, "ts": ts, "text": "Done"}
    assert call(slack, "chat.update", ended)["ts"] == ts
    found = last(slack)
    assert (found["text"], found["ts"]) == ("Done", ts)  # a text alone takes the blocks away
    assert [each["text"] for each in found["edits"]] == ["Started\nStarted"]
    assert call(slack, "chat.update", {**ended, "ts": "1.000001"})["error"] == "message_not_found"
    summary = control(slack, "GET", "summary")
    assert (summary["posted"], summary["refused"], summary["edits"]) == (1, 0, 1)


def test_a_hostile_name_is_found_out(slack: httpx.Client) -> None:
    name = "<!channel> `<@U123>` <http://a.example|b> README.md *c* :tada: \u202ed"
    hook(slack, {"text": "x", "blocks": [section(name)]})
    found = last(slack)
    mentions = [(each["kind"], each["target"]) for each in found["mentions"]]
    assert mentions == [("channel", "channel"), ("user", "U123")]
    links = [(each["kind"], each["url"]) for each in found["links"]]
    assert links == [("explicit", "http://a.example"), ("automatic", "http://README.md")]
    assert [each["kind"] for each in found["markup"]] == ["code", "bold", "emoji"]
    assert found["characters"] == [{"where": "blocks[0].text", "code": "U+202E"}]


def test_escaped_text_reaches_nobody(slack: httpx.Client) -> None:
    hook(slack, {"blocks": [section("&lt;!channel&gt; a_b_c 2*3 x &amp;lt;"), HEADER_OK]})
    found = last(slack)
    assert found["text"] == "<!channel> a_b_c 2*3 x &lt;\n<!here> *b* http://c.example"
    assert found["mentions"] == found["links"] == found["markup"] == []


HEADER_OK = {
    "type": "header",
    "text": {"type": "plain_text", "text": "<!here> *b* http://c.example", "emoji": False},
}


def test_its_page_shows_hostile_text_as_text(slack: httpx.Client) -> None:
    hook(slack, {"text": "<script>alert(1)</script> &lt;script&gt;alert(2)&lt;/script&gt;"})
    shown = slack.get("/").text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(2)" in shown
