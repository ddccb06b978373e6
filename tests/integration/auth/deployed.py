"""The auth service as its template deploys it, with AWS in moto. Calls come like API Gateway's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.stacks import find_stack
from tests.conformance.auth_stores import create_auth_table
from tests.conformance.clouds import arn_of, received
from tests.integration.functions import Handler, cold_start, outbox_of
from tests.integration.moto_clients import moto_client
from tests.unit.runtime.gateway import request
from tests.unit.runtime.lambda_context import Invocation

TEMPLATE = find_stack("auth").completed()
TABLE, BUS, SECRET = "fileferry-local-auth", "fileferry-local", "fileferry/local/auth/signing-key"
REGION = "eu-central-1"
PASSWORD = "correct horse battery"
METHOD_ARN = f"arn:aws:execute-api:{REGION}:123456789012:abc123/v1/GET/api/me"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]
    text: str = field(repr=False)


@dataclass
class Deployed:
    """Every call goes through a real handler. Functions stay warm from one call to the next."""

    bus_heard_url: str
    plan_id: str
    warm: dict[str, Handler] = field(default_factory=dict)

    def invoke(self, name: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - any handler's
        if name not in self.warm:
            self.warm[name] = cold_start("auth", name)
        return self.warm[name](event, Invocation(remaining_milliseconds=30_000))

    def authorizer(self, headers: Mapping[str, str] | None) -> dict[str, Any]:
        """The authorizer's answer. Raises what it raises."""
        answer: dict[str, Any] = self.invoke("authorizer", rest_call(headers))
        return answer

    def api(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """With `token` the authorizer is asked first, as API Gateway does."""
        event = request(method, path, body, headers, query, caller=None)
        if token is not None:
            found = self.authorizer({"Authorization": f"Bearer {token}"})
            event["requestContext"]["authorizer"] = found["context"]
        answer = self.invoke("api", event)
        told = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        text = answer["body"] or ""
        is_json = "json" in told.get("Content-Type", "")
        return Answer(answer["statusCode"], json.loads(text) if is_json else None, told, text)

    # --- users -------------------------------------------------------------------------------

    def create_admin(self, **event: object) -> dict[str, Any]:
        asked = {"user": "root", "password": PASSWORD, **event}
        answer: dict[str, Any] = self.invoke("create_admin", asked)
        return answer

    def log_in(self, user: str = "root", password: str = PASSWORD, **more: object) -> Any:  # noqa: ANN401
        answer = self.api("POST", "/api/login", {"user": user, "password": password, **more})
        assert answer.status == 200, answer
        return answer.body

    def admin(self) -> str:
        """The access token of a first admin."""
        self.create_admin()
        return str(self.log_in()["access_token"])

    def user(self, admin: str, name: str = "ann", **more: object) -> Answer:
        wish = {"user": name, "name": name.title(), "roles": ["user"], "password": PASSWORD, **more}
        answer = self.api("POST", "/api/users", wish, token=admin)
        assert answer.status == 201, answer
        return answer

    # --- what is there -----------------------------------------------------------------------

    def outbox(self) -> dict[str, Any]:
        return outbox_of(TABLE)

    def heard(self) -> list[dict[str, Any]]:
        """New events on the bus, as a rule's target gets them."""
        return [json.loads(body) for body in received(moto_client("sqs"), self.bus_heard_url)]

    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = moto_client("dynamodb").scan(TableName=TABLE)["Items"]
        return rows


def rest_call(headers: Mapping[str, str] | None) -> dict[str, Any]:
    """A call of the REST API, as its authorizer gets it."""
    return {
        "type": "REQUEST",
        "methodArn": METHOD_ARN,
        "resource": "/api/me",
        "path": "/api/me",
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"requestId": "r-1", "stage": "v1"},
    }


def create_resources() -> Deployed:
    """What the stacks of the bus, of the API and of the service hold."""
    create_auth_table(moto_client("dynamodb"), TABLE)
    heard = moto_client("sqs").create_queue(QueueName="heard")["QueueUrl"]
    create_bus(heard)
    first = json.dumps({"kid": "first", "key": "0aB9" * 10 + "xyz"})
    moto_client("secretsmanager").create_secret(Name=SECRET, SecretString=first)
    plan = moto_client("apigateway").create_usage_plan(name="fileferry-local-users")
    return Deployed(heard, plan["id"])


def create_bus(heard: str) -> None:
    sqs, events = moto_client("sqs"), moto_client("events")
    events.create_event_bus(Name=BUS)
    pattern = json.dumps({"source": ["fileferry.auth"]})
    events.put_rule(Name="all", EventBusName=BUS, EventPattern=pattern)
    target = {"Id": "heard", "Arn": arn_of(sqs, heard)}
    events.put_targets(Rule="all", EventBusName=BUS, Targets=[target])
