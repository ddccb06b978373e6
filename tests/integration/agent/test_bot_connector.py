"""How replies reach Teams: the login, tries again, and what is given up."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from services.agent.adapters.bot_connector import TRIES, WHOLE_SECONDS
from services.agent.domain.teams_errors import ChatClosed, ConnectorAway, ConnectorRefused
from services.agent.domain.teams_ports import Reply
from tests.integration.agent.bot import AtBotFramework, at_bot_framework
from tests.unit.agent.proposals import a_proposal

HELLO = Reply("Hello")
POST = "*/activities*"


@pytest.fixture
def bot() -> Iterator[AtBotFramework]:
    with at_bot_framework() as found:
        yield found


def status(code: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"kind": "status", "status": code, "path": POST, **more}


def test_a_reply_belongs_to_its_activity_and_one_login_serves_many(bot: AtBotFramework) -> None:
    connector = bot.connector()
    connector.reply(bot.chat, "1:2|3", HELLO)
    connector.reply(bot.chat, None, HELLO)
    first, second = bot.framework.told
    assert (first["_replied_to"], first["replyToId"], first["text"]) == ("1:2|3", "1:2|3", "Hello")
    assert (second["_replied_to"], "replyToId" in second) == (None, False)
    assert (first["from"], first["textFormat"]) == ({"id": "28:bot"}, "plain")
    assert len(bot.calls("/token")) == 1


def test_a_card_comes_with_it(bot: AtBotFramework) -> None:
    bot.connector().reply(bot.chat, "a", Reply("Look.", a_proposal(proposal_id="p-1")))
    [told] = bot.framework.told
    [card] = [each["content"] for each in told["attachments"]]
    [action] = card["actions"]
    assert action["url"] == "https://files.example/agent/proposals/p-1"


def test_a_login_is_renewed_before_it_ends(bot: AtBotFramework) -> None:
    connector = bot.connector()
    for wait in (0, 3_400, 100):
        bot.time.now += wait
        connector.reply(bot.chat, "a", HELLO)
    assert len(bot.calls("/token")) == 2


@pytest.mark.parametrize("code", [412, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_again_with_growing_waits(bot: AtBotFramework, code: int) -> None:
    bot.order(status(code, count=2))
    bot.connector().reply(bot.chat, "a", HELLO)
    assert len(bot.framework.told) == 1
    first, second = bot.time.waits
    assert 0.5 <= first <= 1.0 <= second <= 2.0


def test_it_waits_as_long_as_teams_says(bot: AtBotFramework) -> None:
    bot.order(status(429, retry_after=3))
    bot.connector().reply(bot.chat, "a", HELLO)
    assert bot.time.waits == [3.0]


def test_a_wait_that_is_too_long_is_left_to_the_queue(bot: AtBotFramework) -> None:
    bot.order(status(429, retry_after=int(WHOLE_SECONDS) + 1))
    with pytest.raises(ConnectorAway) as away:
        bot.connector().reply(bot.chat, "a", HELLO)
    assert away.value.retryable
    assert bot.time.waits == []


def test_it_gives_up_after_some_tries(bot: AtBotFramework) -> None:
    bot.order(status(503, count=None))
    with pytest.raises(ConnectorAway, match="503"):
        bot.connector().reply(bot.chat, "a", HELLO)
    assert len(bot.calls("/activities")) == TRIES


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "cut"])
def test_an_answer_that_is_lost_is_asked_for_again(bot: AtBotFramework, kind: str) -> None:
    """Twice the same words are better than none."""
    bot.order({"kind": kind, "path": POST})
    bot.connector().reply(bot.chat, "a", HELLO)
    assert {each["text"] for each in bot.framework.told} == {"Hello"}


def test_a_login_that_teams_does_not_take_any_more_is_renewed_once(bot: AtBotFramework) -> None:
    connector = bot.connector()
    connector.reply(bot.chat, "a", HELLO)
    bot.framework.issued.clear()
    connector.reply(bot.chat, "b", HELLO)
    assert len(bot.framework.told) == 2
    bot.order(status(401, count=None))
    with pytest.raises(ConnectorRefused, match="401"):
        connector.reply(bot.chat, "c", HELLO)


@pytest.mark.parametrize("code", [403, 404])
def test_a_chat_that_is_closed_is_said(bot: AtBotFramework, code: int) -> None:
    bot.order(status(code))
    with pytest.raises(ChatClosed):
        bot.connector().reply(bot.chat, "a", HELLO)


@pytest.mark.parametrize("code", [301, 400, 405, 413])
def test_a_fault_of_ours_is_not_tried_again(bot: AtBotFramework, code: int) -> None:
    bot.order(status(code))
    with pytest.raises(ConnectorRefused) as refused:
        bot.connector().reply(bot.chat, "a", HELLO)
    assert not refused.value.retryable
    assert not bot.time.waits


def test_a_wrong_secret_is_a_fault_that_a_person_mends(bot: AtBotFramework) -> None:
    bot.secret = "another one"
    with pytest.raises(ConnectorRefused, match="invalid_client") as refused:
        bot.connector().reply(bot.chat, "a", HELLO)
    assert "another one" not in str(refused.value)
    bot.secret = "bot's secret"
    bot.connector().reply(bot.chat, "a", HELLO)


def test_a_login_that_is_away_is_waited_for_by_the_queue(bot: AtBotFramework) -> None:
    bot.order({"kind": "status", "status": 503, "path": "*/token"})
    with pytest.raises(ConnectorAway, match="login"):
        bot.connector().reply(bot.chat, "a", HELLO)


def test_nothing_and_no_token_goes_to_other_services(bot: AtBotFramework) -> None:
    elsewhere = replace(bot.chat, service_url=bot.service_url.replace("127.0.0.1", "127.0.0.2"))
    with pytest.raises(ConnectorRefused, match="TeamsHosts"):
        bot.connector().reply(elsewhere, "a", HELLO)
    assert not bot.calls("/token")


def test_ids_cannot_lead_to_another_path(bot: AtBotFramework) -> None:
    odd = replace(bot.chat, id="a:1/activities/../../x?y#z")
    with pytest.raises((ChatClosed, ConnectorRefused)):
        bot.connector().reply(odd, "../..", HELLO)
    [sent] = [each for each in bot.calls("/") if "/emea/" in json.dumps(each)]
    assert sent["query"] == {}
