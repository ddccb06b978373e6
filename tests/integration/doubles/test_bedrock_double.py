"""The double of Bedrock speaks Converse, so that botocore understands it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError
from botocore.session import Session
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from tests.doubles.bedrock import Bedrock
from tests.doubles.http_double import Running, served

MODEL = "global.anthropic.claude-sonnet-4-6"
ARN = "arn:aws:bedrock:eu-central-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-6"
TOOL = {
    "toolSpec": {
        "name": "list_files",
        "description": "Lists the files of a bucket.",
        "inputSchema": {
            "json": {
                "type": "object",
                "properties": {"bucket": {"type": "string", "pattern": "bkt_[0-9]+"}},
                "required": ["bucket"],
            }
        },
    }
}
TOOLS = {"tools": [TOOL]}
Client = Any  # botocore has no types


def said(text: str, role: str = "user") -> dict[str, Any]:
    return {"role": role, "content": [{"text": text}]}


def used(*ids: str) -> dict[str, Any]:
    uses = [{"toolUse": {"toolUseId": each, "name": "list_files", "input": {}}} for each in ids]
    return {"role": "assistant", "content": uses}


def told(*ids: str, **more: object) -> dict[str, Any]:
    content = [{"json": {"files": [{"name": "a.csv", "handle": "obj_7"}]}}]
    results = [{"toolResult": {"toolUseId": each, "content": content, **more}} for each in ids]
    return {"role": "user", "content": results}


@pytest.fixture
def running() -> Iterator[Running]:
    with served(Bedrock("script")) as running:
        yield running


@pytest.fixture(scope="module")
def session() -> Session:
    """One for all, because it reads botocore's model of the service."""
    session = Session()
    session.set_credentials("key", "secret")
    return session


@pytest.fixture
def client(running: Running, session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The endpoint comes from the variable that functions have."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", running.url)
    client = session.create_client(
        "bedrock-runtime",
        region_name="eu-central-1",
        config=Config(retries={"max_attempts": 0}, read_timeout=1),
    )
    yield client
    client.close()


def control(running: Running, name: str, document: object) -> httpx.Response:
    return httpx.post(f"{running.url}/_double/{name}", json=document, trust_env=False)


def script(running: Running, *replies: Sequence[Mapping[str, Any]], when: str = "") -> None:
    assert control(running, "scripts", {"when": when, "replies": replies}).status_code == 201


def summary(running: Running) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{running.url}/_double/summary", trust_env=False).json()
    return found


def stream(client: Client, *messages: Mapping[str, Any], **more: object) -> list[dict[str, Any]]:
    answer = client.converse_stream(
        modelId=MODEL, messages=messages, inferenceConfig={"maxTokens": 500}, **more
    )
    with closing(answer["stream"]) as pieces:  # also of one that breaks off
        return list(pieces)


def test_a_stream_is_decoded_with_text_tool_use_stop_and_usage(
    running: Running,
    client: Client,
) -> None:
    text, asked = "I look into the bucket – a moment, please.", {"bucket": "bkt_1"}
    script(running, [{"say": text}, {"use": "list_files", "asked": asked}])
    events = stream(client, said("What is there?"), toolConfig=TOOLS)
    deltas = [each["contentBlockDelta"] for each in events if "contentBlockDelta" in each]
    texts = [each["delta"]["text"] for each in deltas if "text" in each["delta"]]
    inputs = [each["delta"]["toolUse"]["input"] for each in deltas if "toolUse" in each["delta"]]
    [start] = [each["contentBlockStart"] for each in events if "contentBlockStart" in each]
    assert events[0] == {"messageStart": {"role": "assistant"}}
    assert "".join(texts) == text
    assert len(texts) > 1
    assert json.loads("".join(inputs)) == asked
    assert start["start"]["toolUse"]["name"] == "list_files"
    assert start["contentBlockIndex"] == 1
    assert events[-2] == {"messageStop": {"stopReason": "tool_use"}}
    usage = events[-1]["metadata"]["usage"]
    assert usage["inputTokens"] + usage["outputTokens"] == usage["totalTokens"]


def test_converse_answers_the_same_and_an_arn_is_a_model(running: Running, client: Client) -> None:
    script(running, [{"use": "list_files", "asked": {"bucket": "bkt_1"}}])
    answer = client.converse(modelId=ARN, messages=[said("What is there?")], toolConfig=TOOLS)
    [block] = answer["output"]["message"]["content"]
    assert block["toolUse"]["input"] == {"bucket": "bkt_1"}
    assert answer["stopReason"] == "tool_use"
    assert summary(running)["unlimited"] == 1


def test_a_script_answers_each_round_and_uses_what_was_told(
    running: Running, client: Client
) -> None:
    reference = "$list_files.files[name=a.csv].handle"
    script(
        running,
        [{"use": "list_files", "asked": {"bucket": "bkt_1"}, "id": "one"}],
        [{"use": "propose", "asked": {"object": reference, "steps": [reference]}}],
        when="send",
    )
    asked = said("Please send it.")
    answer = client.converse(
        modelId=MODEL, messages=[asked, used("one"), told("one")], toolConfig=TOOLS
    )
    [block] = answer["output"]["message"]["content"]
    assert block["toolUse"]["input"] == {"object": "obj_7", "steps": ["obj_7"]}
    again = client.converse(
        modelId=MODEL, messages=[asked, used("one"), told("one")], toolConfig=TOOLS
    )
    assert again["output"] == answer["output"]


def test_a_script_that_refers_to_nothing_is_seen(running: Running, client: Client) -> None:
    script(running, [{"use": "propose", "asked": {"object": "$list_files.files[0].handle"}}])
    with pytest.raises(client.exceptions.ModelErrorException, match="has told nothing"):
        client.converse(modelId=MODEL, messages=[said("Hello")], toolConfig=TOOLS)
    assert len(summary(running)["broken"]) == 1


BROKEN: Mapping[str, tuple[Sequence[Mapping[str, Any]], str]] = {
    "begins with the model": ([said("Hi", "assistant"), said("Hi")], "start with a user"),
    "two of a user": ([said("One"), said("Two")], "must alternate"),
    "ends with the model": ([said("One"), said("Two", "assistant")], "prefill"),
    "nothing said": ([{"role": "user", "content": []}], "is empty"),
    "blank text": ([said(" \n")], "is blank"),
    "unanswered use": ([said("One"), used("a", "b"), told("a")], "for the following Ids: b"),
    "never answered": ([said("One"), used("a"), said("Two")], "for the following Ids: a"),
    "more results than uses": ([said("One"), used("a"), told("a", "b")], "exceeds the number"),
    "result of nothing": ([told("a")], "exceeds the number"),
    "answered twice": ([said("One"), used("a", "b"), told("a", "a", "b")], "exceeds the number"),
    "text beside a result": (
        [said("One"), used("a"), {**told("a"), "content": [*told("a")["content"], {"text": "x"}]}],
        "cannot be provided in the same turn",
    ),
    "use of a user": ([{**used("a"), "role": "user"}], "cannot stand in a message of the role"),
    "result of the model": (
        [said("One"), {**told("a"), "role": "assistant"}, said("Two")],
        "cannot stand in a message of the role",
    ),
    "error without a word": (
        [said("One"), used("a"), told("a", content=[], status="error")],
        "cannot be empty when status value is error",
    ),
    "result that is a list": (
        [said("One"), used("a"), told("a", content=[{"json": [1]}])],
        "Provide a json object",
    ),
    "odd id": ([said("One"), used("a b"), told("a b")], "regular expression pattern"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_history_is_refused(running: Running, client: Client, name: str) -> None:
    messages, words = BROKEN[name]
    with pytest.raises(client.exceptions.ValidationException, match=words):
        client.converse_stream(modelId=MODEL, messages=messages, toolConfig=TOOLS)
    assert summary(running)["answered"] == 0
    assert len(summary(running)["refused"]) == 1


def test_tools_in_the_history_need_a_tool_config(client: Client) -> None:
    history = [said("One"), used("a"), told("a")]
    with pytest.raises(client.exceptions.ValidationException, match="toolConfig field"):
        client.converse(modelId=MODEL, messages=history)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"inferenceConfig": {"maxTokens": 1_000_000}}, "model limit"),
        ({"toolConfig": {"tools": [TOOL, TOOL]}}, "two tools"),
        ({"system": [{"text": " "}]}, "is blank"),
        ({"guardrailConfig": {"guardrailIdentifier": "abc1"}}, "guardrail"),
        ({"modelId": "nonsense"}, "model identifier is invalid"),
    ],
)
def test_other_fields_are_judged(client: Client, more: dict[str, Any], words: str) -> None:
    call = {"modelId": MODEL, "messages": [said("One")], **more}
    with pytest.raises(client.exceptions.ValidationException, match=words):
        client.converse(**call)


def test_what_is_longer_than_the_window_is_refused(running: Running, client: Client) -> None:
    control(running, "limits", {"window": 100})
    with pytest.raises(client.exceptions.ValidationException, match="too long"):
        client.converse(modelId=MODEL, messages=[said("word " * 200)])
    assert stream(client, said("short"))


def test_an_answer_ends_where_the_call_limits_it(running: Running, client: Client) -> None:
    script(running, [{"say": "word " * 100}, {"use": "list_files"}])
    answer = client.converse(
        modelId=MODEL, messages=[said("Go")], inferenceConfig={"maxTokens": 10}
    )
    assert answer["stopReason"] == "max_tokens"
    assert len(answer["output"]["message"]["content"]) == 1


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (403, "AccessDeniedException"),
        (404, "ResourceNotFoundException"),
        (408, "ModelTimeoutException"),
        (424, "ModelErrorException"),
        (429, "ThrottlingException"),
        (500, "InternalServerException"),
        (503, "ServiceUnavailableException"),
    ],
)
def test_faults_are_errors_of_bedrock(
    running: Running,
    client: Client,
    status: int,
    name: str,
) -> None:
    control(running, "faults", {"kind": "status", "status": status})
    with pytest.raises(ClientError) as raised:
        client.converse_stream(modelId=MODEL, messages=[said("Hello")])
    assert raised.value.response["Error"]["Code"] == name
    assert stream(client, said("Hello"))


def test_moves_come_before_the_brain_once(running: Running, client: Client) -> None:
    stop = [{"say": "No."}, {"stop": "guardrail_intervened"}]
    control(running, "moves", [stop, [{"say": "Yes, b"}, {"fail": "throttlingException"}]])
    assert {"messageStop": {"stopReason": "guardrail_intervened"}} in stream(client, said("Hello"))
    with pytest.raises(EventStreamError, match="throttlingException"):
        stream(client, said("Hello"))
    assert {"messageStop": {"stopReason": "end_turn"}} in stream(client, said("Hello"))


def test_the_input_of_a_tool_can_be_broken(running: Running, client: Client) -> None:
    moves = [{"use": "list_files", "raw": '{"bucket": '}, {"stop": "malformed_tool_use"}]
    control(running, "moves", [moves])
    events = stream(client, said("Hello"), toolConfig=TOOLS)
    deltas = [each["contentBlockDelta"] for each in events if "contentBlockDelta" in each]
    assert deltas[0]["delta"] == {"toolUse": {"input": '{"bucket": '}}
    assert events[-2] == {"messageStop": {"stopReason": "malformed_tool_use"}}


def test_a_stream_can_end_or_fall_silent_in_the_middle(running: Running, client: Client) -> None:
    """botocore hands on urllib3's errors while it reads a stream."""
    script(running, [{"say": "word " * 100}])
    control(running, "faults", [{"kind": "cut"}, {"kind": "stall"}])
    with pytest.raises(ProtocolError):
        stream(client, said("Hello"))
    with pytest.raises(ReadTimeoutError):
        stream(client, said("Hello"))


def test_an_answer_takes_its_time(running: Running, client: Client) -> None:
    """More than the client waits for a byte, so it came in pieces."""
    script(running, [{"say": "word " * 20, "seconds": 0.3}])
    events = stream(client, said("Hello"))
    assert {"messageStop": {"stopReason": "end_turn"}} in events


def test_who_is_not_signed_is_refused_and_a_bearer_token_is_taken(running: Running) -> None:
    def status(**headers: str) -> int:
        body = {"messages": [said("Hello")]}
        url = f"{running.url}/model/{MODEL}/converse"
        return httpx.post(url, json=body, headers=headers, trust_env=False).status_code

    other = "AWS4-HMAC-SHA256 Credential=key/20261127/eu-central-1/s3/aws4_request, Signature=0"
    assert status() == 403
    assert status(authorization=other) == 403
    assert status(authorization="Bearer api-key") == 200
    assert summary(running)["by"] == {"bearer": 1}


def test_the_page_shows_hostile_text_as_text(running: Running, client: Client) -> None:
    script(running, [{"say": "<img src=x onerror=alert(1)>"}])
    stream(client, said("<script>alert(1)</script>"))
    shown = httpx.get(f"{running.url}/", trust_env=False).text
    assert "<img" not in shown
    assert "&lt;script&gt;alert" in shown
