"""What comes to the route of Teams: who is heard, and which activities are answered."""

from collections.abc import Iterator

import pytest

from services.agent.domain import teams_words as words
from tests.doubles.bot_framework import claims_for, signed
from tests.integration.agent.in_teams import LINKS, TENANT, InTeams, in_teams

OTHER = "99999999-0000-4000-8000-000000000009"
PERSONAL = {"id": "a:1", "conversationType": "personal"}
OF_OTHERS = (
    {"channelData": {"tenant": {"id": OTHER}}},
    {"conversation": {**PERSONAL, "tenantId": OTHER}},
    {"conversation": {**PERSONAL, "tenantId": OTHER}, "channelData": {"tenant": {"id": OTHER}}},
    {"conversation": PERSONAL, "channelData": {}},
)
NOT_ANSWERED = (
    {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
    {"type": "typing"},
    {"type": "messageUpdate"},
    {"type": "messageDelete"},
    {"type": "conversationUpdate", "membersAdded": [{"id": "29:1bc"}]},
    {"type": "installationUpdate", "action": "add"},
    {"type": "invoke", "name": "adaptiveCard/action", "value": {"confirm": True}},
    {"type": "event", "name": "x", "value": {"any": ["thing"]}},
    {"type": "endOfConversation"},
    {"type": "somethingNew", "surprise": {"deep": [1, None]}},
    {"from": {"id": "28:another-bot", "name": "Bot"}},
    {"id": None},
)


@pytest.fixture
def teams(fresh_telemetry: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[InTeams]:
    with in_teams(monkeypatch) as found:
        yield found


def test_nobody_but_the_bot_framework_is_heard(teams: InTeams) -> None:
    elsewhere = signed(claims_for("https://smba.trafficmanager.net/amer/"))
    for token in ("", "x", "a.b.c", elsewhere):
        answer = teams.deliver(teams.activity("Hello"), token)
        assert (answer.status, answer.body["code"]) == (401, "teams_token_refused"), token
    teams.bot.order({"kind": "status", "status": 503, "path": "*/keys"})
    away = teams.deliver(teams.activity("Hello"))
    assert (away.status, away.body["code"]) == (503, "teams_keys_away")
    assert teams.work() == []
    assert teams.bot.framework.told == []


def test_our_bot_in_a_tenant_of_others_hears_nothing(teams: InTeams) -> None:
    for changes in OF_OTHERS:
        answer = teams.deliver(teams.activity("Hello", **changes))
        assert (answer.status, answer.body["code"]) == (403, "teams_tenant_refused"), changes
    assert teams.work() == []
    assert teams.bot.framework.told == []


def test_what_is_no_message_of_a_person_is_taken_and_not_answered(teams: InTeams) -> None:
    teams.connected()
    for changes in NOT_ANSWERED:
        assert teams.say("Hello", **changes) == [], changes


def test_odd_messages_are_answered_with_a_sentence(teams: InTeams) -> None:
    """A button of a forged card submits a value without a text."""
    bot = teams.activity("")["recipient"]
    added = {"type": "conversationUpdate", "membersAdded": [{"id": "29:1bc"}, bot]}
    assert teams.say("", **added) == [words.WELCOME]
    teams.connected()
    assert teams.say("", value={"confirm": "p-1"}) == [words.NO_TEXT]
    group = {"id": "19:abc@thread.v2", "conversationType": "groupChat", "tenantId": TENANT}
    assert teams.say("<at>FileFerry</at> what waits?", conversation=group) == [words.ALONE]
    told = teams.say("ä" * 4_001)
    assert told == [words.TOO_LONG.format(length=4_001, most=4_000)]
    assert not teams.agent.bedrock.requests()


def test_files_are_said_not_to_be_read_and_html_is_no_file(teams: InTeams) -> None:
    teams.connected()
    file = {"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "a.csv"}
    html = {"contentType": "text/html", "content": "<p>Hello</p>"}
    assert teams.say("", attachments=[file]) == [words.NO_TEXT]
    teams.agent.bedrock.answers([{"say": "Hello, Ann."}], [{"say": "Hello again."}])
    assert teams.say("Hello", attachments=[html]) == ["Hello, Ann."]
    assert teams.say("Hello", attachments=[file]) == [f"{words.NO_FILES}\n\nHello again."]


def test_what_is_no_activity_is_refused_and_a_stage_without_a_bot_says_so(
    teams: InTeams, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: list[object] = [[], "x", {"type": "message"}, teams.activity("x", conversation=None)]
    for body in bodies:
        assert teams.deliver(body).status == 400
    monkeypatch.setenv("TEAMS_APP_ID", "")
    teams.agent.warm.clear()
    assert teams.deliver(teams.activity("Hello")).body["code"] == "teams_off"
    for method, path in (("GET", LINKS), ("DELETE", LINKS), ("POST", "/api/agent/teams/codes")):
        answer = teams.api(method, path)
        assert (answer.status, answer.body["code"]) == (404, "teams_off")


def test_a_session_of_teams_makes_no_code_for_another_one(teams: InTeams) -> None:
    """A handed over session cannot hand itself on."""
    made = teams.auth.api("POST", "/api/auth/handovers", {"to": "teams"}, token=teams.token)
    handed = teams.auth.api("POST", "/api/auth/handovers/redeem", {"code": made.body["code"]})
    refused = teams.api("POST", "/api/agent/teams/codes", handed.body["access_token"])
    assert (refused.status, refused.body["code"]) == (403, "handover_refused")
