"""Who may open a WebSocket, as API Gateway asks the authorizer at $connect."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contracts.caller import Caller
from tests.integration.auth.deployed import REGION, TABLE, Deployed, rest_call
from tests.integration.moto_clients import moto_client
from tests.unit.runtime.conftest import Lines

ARN = f"arn:aws:execute-api:{REGION}:123456789012:def456/v1"
URL = "wss://def456.execute-api.eu-central-1.amazonaws.com/v1"
HOME = "127.0.0.1"  # within AllowedCallers of the local stage


def connect(
    headers: dict[str, str] | None = None, source_ip: str | None = HOME, **query: list[str]
) -> dict[str, Any]:
    """A WebSocket's $connect, as its authorizer gets it."""
    sent = headers or {}
    return {
        "type": "REQUEST",
        "methodArn": f"{ARN}/$connect",
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "stageVariables": {},
        "requestContext": {
            "eventType": "CONNECT",
            "routeKey": "$connect",
            "requestId": "r-1",
            "identity": {"sourceIp": source_ip},
        },
    }


def ticket_of(deployed: Deployed, token: str) -> str:
    answer = deployed.api("POST", "/api/ws-ticket", token=token)
    assert answer.status == 201, answer
    return str(answer.body["ticket"])


def refuse(deployed: Deployed, event: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=r"^Unauthorized$"):
        deployed.invoke("authorizer", event)


def test_a_ticket_comes_with_the_address_and_is_kept_by_nobody_on_the_way(
    deployed: Deployed,
) -> None:
    answer = deployed.api("POST", "/api/ws-ticket", token=deployed.admin())
    assert answer.status == 201
    assert (answer.body["url"], answer.body["expires_in_seconds"]) == (URL, 30)
    assert len(answer.body["ticket"]) >= 32
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_gets_a_ticket_without_a_token(deployed: Deployed) -> None:
    assert deployed.api("POST", "/api/ws-ticket").status == 401


def test_a_ticket_opens_one_websocket_with_all_that_a_token_opens_it_with(
    deployed: Deployed,
) -> None:
    token = deployed.admin()
    ticket = ticket_of(deployed, token)
    answer = deployed.invoke("authorizer", connect(ticket=[ticket]))
    by_token = deployed.invoke("authorizer", connect({"authorization": f"Bearer {token}"}))
    assert answer == by_token
    assert answer["policyDocument"]["Statement"][0]["Resource"] == f"{ARN}/*"
    assert Caller.model_validate_json(answer["context"]["caller"]).user == "root"
    refuse(deployed, connect(ticket=[ticket]))


def test_only_the_single_valued_forms_do_too(deployed: Deployed) -> None:
    token = deployed.admin()
    by_ticket = connect(ticket=[ticket_of(deployed, token)])
    by_token = connect({"authorization": f"Bearer {token}"})
    for event in (by_ticket, by_token):
        event["multiValueHeaders"] = event["multiValueQueryStringParameters"] = None
        assert deployed.invoke("authorizer", event)["principalId"] == "root"


def test_a_token_and_a_ticket_or_a_ticket_twice_are_refused(deployed: Deployed) -> None:
    token = deployed.admin()
    ticket, other = ticket_of(deployed, token), ticket_of(deployed, token)
    refuse(deployed, connect({"Authorization": f"Bearer {token}"}, ticket=[ticket]))
    refuse(deployed, connect({"Authorization": "Basic eA=="}, ticket=[ticket]))
    refuse(deployed, connect(ticket=[ticket, ticket]))
    refuse(deployed, connect(ticket=[ticket, other]))
    refuse(deployed, connect(ticket=[ticket], Ticket=[other]))
    refuse(deployed, connect())
    assert deployed.invoke("authorizer", connect(ticket=[ticket]))  # nothing has used it up


@pytest.mark.parametrize("name", ["ticket", "token", "access_token", "Authorization"])
@pytest.mark.parametrize("form", ["{}", "Bearer {}"])
def test_a_token_in_the_address_opens_nothing(deployed: Deployed, name: str, form: str) -> None:
    token = deployed.admin()
    event = connect()
    event["queryStringParameters"] = {name: form.replace("{}", token)}
    event["multiValueQueryStringParameters"] = {name: [form.replace("{}", token)]}
    refuse(deployed, event)


@pytest.mark.parametrize("header", ["Sec-WebSocket-Protocol", "Cookie", "X-Ticket"])
def test_other_headers_open_nothing(deployed: Deployed, header: str) -> None:
    token = deployed.admin()
    refuse(deployed, connect({header: f"bearer, {token}"}))
    refuse(deployed, connect({header: f"ticket={ticket_of(deployed, token)}"}))


@pytest.mark.parametrize("text", ["", " ", "0" * 32, "ö" * 32, "\ud800", "x" * 5_000, "\x00", "#"])
def test_what_comes_as_a_ticket_is_no_failure(deployed: Deployed, text: str) -> None:
    deployed.admin()
    refuse(deployed, connect(ticket=[text]))


def test_a_ticket_opens_no_rest_call(deployed: Deployed) -> None:
    ticket = ticket_of(deployed, deployed.admin())
    call = rest_call({})
    call["queryStringParameters"] = {"ticket": ticket}
    call["multiValueQueryStringParameters"] = {"ticket": [ticket]}
    refuse(deployed, call)
    refuse(deployed, rest_call({"Authorization": f"Bearer {ticket}"}))
    call["path"] = call["resource"] = "/$connect"
    call["methodArn"] = f"{ARN}/GET/$connect"
    refuse(deployed, call)
    assert deployed.invoke("authorizer", connect(ticket=[ticket]))


@pytest.mark.parametrize("source_ip", ["192.0.2.7", "::1", "", None, "127.0.0.1:80"])
def test_an_address_outside_of_those_allowed_is_forbidden_whatever_it_sends(
    deployed: Deployed, source_ip: str | None
) -> None:
    token = deployed.admin()
    ticket = ticket_of(deployed, token)
    for event in (
        connect({"Authorization": f"Bearer {token}"}, source_ip),
        connect(None, source_ip, ticket=[ticket]),
        connect(None, source_ip),
    ):
        answer = deployed.invoke("authorizer", event)
        [statement] = answer["policyDocument"]["Statement"]
        assert (statement["Effect"], statement["Resource"]) == ("Deny", f"{ARN}/*")
        assert "context" not in answer
    assert deployed.invoke("authorizer", connect(ticket=[ticket]))


def test_an_address_that_is_allowed_may_be_written_as_ipv6(deployed: Deployed) -> None:
    ticket = ticket_of(deployed, deployed.admin())
    assert deployed.invoke("authorizer", connect(None, "::ffff:127.0.0.1", ticket=[ticket]))


def test_no_ticket_stands_in_a_log_or_in_the_table(
    deployed: Deployed, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    deployed.warm = {}
    ticket = ticket_of(deployed, deployed.admin())
    assert ticket not in json.dumps(deployed.rows())
    deployed.invoke("authorizer", connect(ticket=[ticket]))
    refuse(deployed, connect(ticket=[ticket]))
    deployed.invoke("authorizer", connect(None, "192.0.2.7", ticket=[ticket]))
    logged = lines()
    refusals = [line for line in logged if line.get("message") == "caller refused"]
    assert [line["code"] for line in refusals] == ["token_refused", "address_refused"]
    assert refusals[0]["reason"] == "no such ticket, or used already"
    assert ticket not in json.dumps(logged)
    assert "TICKET" not in [row["sk"]["S"] for row in deployed.rows()]


def test_no_ticket_stands_in_an_error_of_ours(deployed: Deployed, lines: Lines) -> None:
    ticket = ticket_of(deployed, deployed.admin())
    moto_client("dynamodb").delete_table(TableName=TABLE)
    with pytest.raises(ClientError) as failure:
        deployed.invoke("authorizer", connect(ticket=[ticket]))
    assert ticket not in str(failure.value)
    [failed] = [line for line in lines() if line.get("message") == "invocation failed"]
    assert ticket not in json.dumps(failed)
