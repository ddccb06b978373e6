"""The whole way in Teams: a code, a connection, a question, a card, and the end, with auth's own
use cases, in the roles of the functions."""

import json
from collections.abc import Iterator

import pytest

from services.agent.domain import teams_words as words
from tests.integration.agent.in_teams import LINKS, InTeams, in_teams


@pytest.fixture
def teams(fresh_telemetry: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[InTeams]:
    with in_teams(monkeypatch) as found:
        yield found


def test_from_a_code_to_a_farewell(teams: InTeams) -> None:
    assert teams.say("Hello") == [words.NOT_CONNECTED]
    assert teams.api("GET", LINKS).body == {"links": []}
    code = teams.code()
    assert teams.say(code)[0].startswith("You are connected as ann.")
    assert teams.say(code) == [words.BAD_CODE]
    [link] = teams.api("GET", LINKS).body["links"]
    assert (link["state"], link["teams_name"]) == ("connected", "Megan Bowen")
    assert len(teams.sessions()) == 1

    ticket = {"action": "ticket"}
    teams.agent.bedrock.answers([{"use": "propose", "asked": ticket}], [{"say": "Look at it."}])
    [answer] = teams.say("Open a ticket: ACME is late. Where is it?")
    assert answer == "Look at it."
    [attachment] = teams.bot.framework.told[-1]["attachments"]
    [action] = attachment["content"]["actions"]
    conversations = teams.api("GET", "/api/agent/conversations").body["conversations"]
    proposal_id = conversations[0]["open_proposal_id"]
    assert action["url"] == f"https://files.example/agent/proposals/{proposal_id}"
    assert "ACME is late" in json.dumps(attachment)

    teams.agent.bedrock.answers([{"say": "Confirm it in FileFerry."}])
    assert teams.say("yes") == ["Confirm it in FileFerry."]
    shown = teams.api("GET", f"/api/agent/proposals/{proposal_id}").body
    assert shown["state"] == "superseded"  # words confirm nothing

    assert teams.api("DELETE", LINKS).status == 204
    assert teams.api("GET", LINKS).body == {"links": []}
    assert teams.work() == []
    assert teams.bot.framework.told[-1]["text"] == words.DISCONNECTED
    assert teams.sessions() == []
    assert teams.say("Hello") == [words.NOT_CONNECTED]


def test_a_logout_everywhere_ends_it_and_is_said(teams: InTeams) -> None:
    teams.connected()
    assert teams.auth.api("DELETE", "/api/me/sessions", token=teams.token).status == 204
    assert teams.say("Hello") == [words.SESSION_OVER]
    teams.token = str(teams.auth.log_in("ann")["access_token"])
    [link] = teams.api("GET", LINKS).body["links"]
    assert link["state"] == "ended"
    teams.connected()
    teams.agent.bedrock.answers([{"say": "Hello, Ann."}])
    assert teams.say("Hello") == ["Hello, Ann."]


def test_an_access_token_is_renewed_with_the_refresh_token(
    teams: InTeams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS_SECONDS", "60")  # too short for a turn
    teams.auth.warm.clear()
    teams.token = str(teams.auth.log_in("ann")["access_token"])
    teams.connected()
    for _ in range(3):
        teams.agent.bedrock.answers([{"say": "Hello, Ann."}])
        assert teams.say("Hello") == ["Hello, Ann."]
    [session] = teams.sessions()
    assert len(session["used_hashes"]["L"]) == 3


def test_the_same_activity_twice_is_answered_once(teams: InTeams) -> None:
    teams.connected()
    teams.agent.bedrock.answers([{"say": "Once."}])
    activity = teams.activity("Hello")
    before = len(teams.bot.framework.told)
    for _ in range(2):
        assert teams.deliver(activity).status == 202
    assert teams.work() == []
    assert [each["text"] for each in teams.bot.framework.told[before:]] == ["Once."]


def test_no_secret_stands_in_a_row_or_a_log(
    teams: InTeams, capsys: pytest.CaptureFixture[str]
) -> None:
    code = teams.code()
    assert code.replace("-", "") not in json.dumps(teams.agent.aws.rows())
    teams.say(code)
    teams.agent.bedrock.answers([{"say": "Hello, Ann."}])
    teams.say("Hello")
    teams.api("DELETE", LINKS)
    teams.work()
    rows = json.dumps([*teams.agent.aws.rows(), *teams.auth.rows()])
    told = capsys.readouterr()
    sent = [each["headers"]["authorization"] for each in teams.bot.calls("/activities")]
    secrets = [code, code.replace("-", ""), "connector-1", *(each[7:] for each in sent)]
    for secret in [*secrets, "bot's secret", "ey"]:
        found = rows if secret == "ey" else rows + told.out + told.err
        assert f'"{secret}' not in found, secret


def test_teams_away_is_a_message_that_comes_again(teams: InTeams) -> None:
    teams.connected()
    teams.agent.bedrock.answers([{"say": "Hello, Ann."}])
    teams.bot.order({"kind": "status", "status": 404, "path": "*/token", "count": 1})
    teams.agent.warm.pop("teams")  # its token is forgotten
    activity = teams.activity("Hello")
    teams.deliver(activity)
    [failed] = teams.work()
    assert failed["itemIdentifier"]
