"""The agent's routes as they are deployed: a conversation by REST, with the double of Bedrock."""

import json
from typing import Any

import pytest

from services.agent.domain.conversation import LEASE
from tests.fakes.callers import ADMIN, AUDITOR, BOB, OPERATOR, a_caller
from tests.integration.agent.deployed import CONVERSATIONS, TOKEN, Deployed
from tests.integration.functions import outbox_of

HELLO = {"text": "Hello"}


def told_to_the_model(deployed: Deployed) -> list[dict[str, Any]]:
    return [json.loads(each["body"]) for each in deployed.bedrock.requests()]


def test_a_conversation_is_opened_answered_and_read(deployed: Deployed) -> None:
    at = deployed.opened()
    deployed.bedrock.answers([{"say": "Grüß dich."}])
    answer = deployed.api("POST", f"{at}/messages", HELLO)
    assert (answer.status, answer.body["message"]["text"]) == (200, "Grüß dich.")
    assert answer.body["message"]["trouble"] is None
    assert answer.body["tokens_left_today"] < 200_000
    read = deployed.api("GET", f"{at}?limit=1")
    assert read.body["conversation"] == answer.body["conversation"]
    assert [each["text"] for each in read.body["messages"]] == ["Hello"]
    rest = deployed.api("GET", f"{at}?limit=1&cursor={read.body['cursor']}")
    assert rest.body["messages"] == [answer.body["message"]]
    [listed] = deployed.api("GET", CONVERSATIONS).body["conversations"]
    assert listed == answer.body["conversation"]
    assert (listed["title"], listed["state"], listed["messages"]) == ("Hello", "idle", 2)


def test_the_event_of_its_opening_is_in_the_outbox(deployed: Deployed) -> None:
    deployed.opened()
    [row] = outbox_of("fileferry-local-agent")["Records"]
    assert row["dynamodb"]["NewImage"]["detail_type"]["S"] == "ConversationOpened.v1"
    detail = json.loads(row["dynamodb"]["NewImage"]["detail"]["S"])
    assert detail["data"]["owner"] == "ann"
    assert deployed.invoke("publish_outbox", {"Records": [row]}) == {"batchItemFailures": []}


def test_every_tool_that_the_model_is_offered_is_taken_by_bedrock(deployed: Deployed) -> None:
    deployed.bedrock.answers([{"use": "list_buckets", "asked": {}}], [{"say": "Nobody answers."}])
    answer = deployed.api("POST", f"{deployed.opened()}/messages", HELLO)
    assert answer.body["message"]["text"] == "Nobody answers."
    assert answer.body["message"]["looked_at"] == ["list_buckets"]
    first, second = told_to_the_model(deployed)
    names = [each["toolSpec"]["name"] for each in first["toolConfig"]["tools"]]
    assert {"list_buckets", "propose", "check_access"} <= set(names)
    [result] = second["messages"][-1]["content"]
    assert result["toolResult"]["status"] == "error"
    assert "list_buckets was not answered" in str(result)


def test_the_token_stands_in_no_row_and_reaches_no_model(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.bedrock.answers([{"use": "list_buckets", "asked": {}}], [{"say": "ok"}])
    deployed.api("POST", f"{deployed.opened()}/messages", HELLO)
    deployed.bedrock.order("faults", {"kind": "status", "status": 500})
    deployed.api("POST", f"{deployed.opened()}/messages", HELLO)
    assert TOKEN not in json.dumps(deployed.aws.rows())
    assert TOKEN not in str(deployed.bedrock.requests())
    captured = capsys.readouterr()
    assert TOKEN not in captured.out + captured.err


def test_a_repeated_key_gets_the_first_answer(deployed: Deployed) -> None:
    at, key = deployed.opened(), {"Idempotency-Key": "k-1"}
    deployed.bedrock.answers([{"say": "once"}])
    first = deployed.api("POST", f"{at}/messages", HELLO, headers=key)
    again = deployed.api("POST", f"{at}/messages", HELLO, headers=key)
    assert again.body == first.body
    conflict = deployed.api("POST", f"{at}/messages", {"text": "Other"}, headers=key)
    assert (conflict.status, conflict.body["code"]) == (409, "idempotency_conflict")
    other = deployed.api("POST", f"{deployed.opened()}/messages", HELLO, headers=key)
    assert (other.status, other.body["code"]) == (409, "idempotency_conflict")


def test_what_goes_wrong_at_bedrock_is_told_in_the_answer(deployed: Deployed) -> None:
    at = deployed.opened()
    deployed.bedrock.order("faults", {"kind": "status", "status": 429})
    answer = deployed.api("POST", f"{at}/messages", HELLO)
    assert (answer.status, answer.body["message"]["trouble"]["code"]) == (200, "model_busy")
    assert answer.body["tokens_left_today"] == 200_000
    deployed.bedrock.order("faults", {"kind": "status", "status": 403})
    refused = deployed.api("POST", f"{at}/messages", HELLO)
    assert refused.body["message"]["trouble"]["code"] == "model_refused"


def test_others_see_nothing_and_auditors_read(deployed: Deployed) -> None:
    at = deployed.opened()
    for caller in (BOB, OPERATOR):
        assert deployed.api("GET", at, caller=caller).status == 404
        assert deployed.api("POST", f"{at}/messages", HELLO, caller).status == 404
        assert deployed.api("POST", f"{at}/stop", None, caller).status == 404
    for caller in (AUDITOR, ADMIN):
        assert deployed.api("GET", at, caller=caller).status == 200
        assert deployed.api("POST", f"{at}/messages", HELLO, caller).status == 403
        assert deployed.api("POST", f"{at}/stop", None, caller).status == 404
        assert deployed.api("GET", CONVERSATIONS, caller=caller).body["conversations"] == []
    nobody = a_caller("nobody")
    assert deployed.api("POST", CONVERSATIONS, {}, nobody).body["code"] == "role_missing"
    assert deployed.api("GET", "/api/agent/health", caller=nobody).status == 403


def test_stopping_what_is_not_under_way_changes_nothing(deployed: Deployed) -> None:
    stopped = deployed.api("POST", f"{deployed.opened()}/stop")
    assert (stopped.status, stopped.body["state"]) == (202, "idle")


def test_without_a_model_the_stage_says_so(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    ok = deployed.api("GET", "/api/agent/health").body
    assert (ok["status"], ok["tokens_left_today"]) == ("ok", 200_000)
    monkeypatch.setenv("MODEL_ID", "")
    deployed.warm.clear()
    off = deployed.api("GET", "/api/agent/health").body
    assert (off["status"], off["model"]) == ("off", None)
    refused = deployed.api("POST", f"{deployed.opened()}/messages", HELLO)
    assert (refused.status, refused.body["code"]) == (503, "agent_off")


def test_a_lease_outlives_the_function_and_a_turn_ends_before_it(deployed: Deployed) -> None:
    from infra.stacks import find_stack
    from services.agent.domain.ports import Policy

    function = find_stack("agent").completed()["Resources"]["ApiFunction"]["Properties"]
    turn = Policy(model="", tokens_per_day=0, answer_tokens=0, history_bytes=0).turn_seconds
    assert turn + 3 <= function["Timeout"] < LEASE.total_seconds() - 5
