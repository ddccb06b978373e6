"""What becomes of a message that is sent to the double of Slack."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.notify.adapters.slack_sender import SlackSender
from services.notify.adapters.slack_words import BOT_GONE, CHANNEL_GONE, RIGHTS, WEBHOOK_GONE
from services.notify.domain.channel import Kind
from services.notify.domain.errors import (
    ChannelDead,
    MessageRefused,
    NotYet,
    OutcomeUnclear,
    SendError,
)
from services.notify.domain.message import Sent, Target
from tests.doubles.http_program import Program, started
from tests.doubles.slack_workspace import ARCHIVED, STRANGER, TOKEN, WEBHOOK
from tests.integration.notify.sending import MESSAGE, http, now, target
from tests.unit.notify.messages import STARTED, digest, of


@pytest.fixture(scope="module")
def running() -> Iterator[Program]:
    with started("tests.doubles.slack", "--seconds", "0") as program:
        yield program


@pytest.fixture
def slack(running: Program) -> Iterator[Program]:
    yield running
    running.clear_faults()
    running.control("POST", "workspace", {"webhook": "ok", "token": "ok"})
    running.control("DELETE", "messages")


def sender(slack: Program, seconds: float = 5.0) -> SlackSender:
    return SlackSender(http(seconds), now, f"{slack.url}/api")


def hook(slack: Program) -> Target:
    return target(Kind.SLACK, slack.url + WEBHOOK)


BOT = target(Kind.SLACK, token=TOKEN)


def failed(slack: Program, to: Target, earlier: str | None = None, seconds: float = 5) -> SendError:
    with pytest.raises(SendError) as caught:
        sender(slack, seconds).send(to, MESSAGE, earlier)
    assert TOKEN not in str(caught.value)
    assert WEBHOOK not in str(caught.value)
    return caught.value


def messages(slack: Program) -> list[dict[str, object]]:
    found: list[dict[str, object]] = slack.control("GET", "messages")["messages"]
    return found


def test_a_webhook_posts(slack: Program) -> None:
    assert sender(slack).send(hook(slack), MESSAGE) == Sent(None, 200, "ok")
    (posted,) = messages(slack)
    assert (posted["posted"], posted["valid"], posted["problems"]) == (True, True, [])


def test_a_large_digest_is_posted(slack: Program) -> None:
    sender(slack).send(hook(slack), digest(400, 100, "<&>" * 300 + "{}.csv"))
    assert [each["posted"] for each in messages(slack)] == [True]


def test_a_bot_edits_its_message(slack: Program) -> None:
    first = sender(slack).send(BOT, of(STARTED))
    second = sender(slack).send(BOT, MESSAGE, first.reference)
    assert second.reference == first.reference
    (posted,) = messages(slack)
    assert "Delivered to ACME Corp" in str(posted["text"])
    assert len(list(posted["edits"])) == 1  # type: ignore[call-overload]


@pytest.mark.parametrize("earlier", ["C0FERRY01/C0FERRY01/1.000001", "C0ELSE/C0ELSE/1.1", "old"])
def test_what_cannot_be_edited_is_posted_anew(slack: Program, earlier: str) -> None:
    sent = sender(slack).send(BOT, MESSAGE, earlier)
    assert sent.reference not in (None, earlier)
    assert len(messages(slack)) == 1


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("channel_is_archived", CHANNEL_GONE),
        ("channel_not_found", CHANNEL_GONE),
        ("no_service", WEBHOOK_GONE),
        ("invalid_token", WEBHOOK_GONE),
        ("no_team", WEBHOOK_GONE),
        ("action_prohibited", RIGHTS),
    ],
)
def test_a_webhook_that_is_gone_says_what_to_do(slack: Program, word: str, advice: str) -> None:
    slack.control("POST", "workspace", {"webhook": word})
    error = failed(slack, hook(slack))
    assert isinstance(error, ChannelDead)
    assert (error.said, error.advice) == (word, advice)


@pytest.mark.parametrize(
    ("word", "advice"), [("token_revoked", BOT_GONE), ("invalid_auth", BOT_GONE)]
)
def test_a_token_that_is_gone_says_what_to_do(slack: Program, word: str, advice: str) -> None:
    slack.control("POST", "workspace", {"token": word})
    error = failed(slack, BOT)
    assert isinstance(error, ChannelDead)
    assert error.advice == advice


@pytest.mark.parametrize(("channel", "advice"), [(ARCHIVED, CHANNEL_GONE), (STRANGER, RIGHTS)])
def test_channels_that_a_bot_cannot_write_to(slack: Program, channel: str, advice: str) -> None:
    error = failed(slack, replace(BOT, slack_channel=channel))
    assert isinstance(error, ChannelDead)
    assert error.advice == advice


def api(error: str) -> dict[str, object]:
    body = f'{{"ok": false, "error": "{error}"}}'
    return {"kind": "status", "status": 200, "body": body}


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "status", "status": 429, "retry_after": 30}, NotYet),
        ({"kind": "status", "status": 500, "body": "rollup_error"}, NotYet),
        ({"kind": "status", "status": 503}, NotYet),
        ({"kind": "status", "status": 504}, OutcomeUnclear),
        ({"kind": "status", "status": 400, "body": "invalid_blocks"}, MessageRefused),
        ({"kind": "status", "status": 413}, MessageRefused),
        ({"kind": "status", "status": 404, "body": "<html>"}, ChannelDead),
        ({"kind": "status", "status": 200, "body": "some_new_word"}, MessageRefused),
        ({"kind": "status", "status": 200, "body": "OK?"}, OutcomeUnclear),
        ({"kind": "html"}, OutcomeUnclear),
        ({"kind": "empty"}, OutcomeUnclear),
        ({"kind": "reset_after"}, OutcomeUnclear),
        ({"kind": "cut"}, OutcomeUnclear),
        ({"kind": "redirect"}, ChannelDead),
    ],
)
def test_what_an_answer_to_a_webhook_means(
    slack: Program, fault: dict[str, object], kind: type
) -> None:
    slack.order(fault)
    assert type(failed(slack, hook(slack))) is kind


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (api("ratelimited"), NotYet),
        (api("internal_error"), OutcomeUnclear),
        (api("msg_too_long"), MessageRefused),
        (api("some_new_word"), MessageRefused),
        ({"kind": "status", "status": 200, "body": "[]"}, OutcomeUnclear),
        ({"kind": "status", "status": 200, "body": '{"ok": "true"}'}, OutcomeUnclear),
        ({"kind": "status", "status": 429, "retry_after": 30}, NotYet),
        ({"kind": "malformed_json"}, OutcomeUnclear),
        ({"kind": "reset_after"}, OutcomeUnclear),
    ],
)
def test_what_an_answer_to_a_bot_means(
    slack: Program, fault: dict[str, object], kind: type
) -> None:
    slack.order(fault)
    assert type(failed(slack, BOT)) is kind


@pytest.mark.parametrize("fault", [api("internal_error"), {"kind": "reset_after"}])
def test_an_edit_whose_answer_is_lost_may_be_repeated(
    slack: Program, fault: dict[str, object]
) -> None:
    first = sender(slack).send(BOT, of(STARTED))
    slack.order(fault)
    assert isinstance(failed(slack, BOT, first.reference), NotYet)
    sender(slack).send(BOT, MESSAGE, first.reference)
    assert len(messages(slack)) == 1


def test_two_messages_at_once_wait(slack: Program) -> None:
    with started("tests.doubles.slack", "--seconds", "60") as strict:
        sender(strict).send(hook(strict), MESSAGE)
        error = failed(strict, hook(strict))
        assert isinstance(error, NotYet)
        assert error.wait_seconds is not None
        assert 1 <= error.wait_seconds <= 60


def test_a_bot_without_a_channel_is_dead(slack: Program) -> None:
    assert isinstance(failed(slack, replace(BOT, slack_channel=None)), ChannelDead)


def test_what_another_bot_told_a_person_is_posted_anew(slack: Program) -> None:
    """Each bot has a channel of its own with a person."""
    sent = sender(slack).send(BOT, MESSAGE, f"{BOT.slack_channel}/{STRANGER}/1.000001")
    assert sent.reference is not None
    assert [each["posted"] for each in messages(slack)] == [True]
