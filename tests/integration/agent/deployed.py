"""The agent service in moto, with the double of Bedrock on loopback."""

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from infra.lint.options import OPTIONS
from kernel.caller import Caller
from tests.fakes.callers import ANN
from tests.integration.agent.bedrock import AtDouble, at_double
from tests.integration.functions import Handler, cold_start
from tests.integration.in_moto import InMoto, in_moto
from tests.integration.moto_clients import moto_client
from tests.unit.runtime.gateway import request
from tests.unit.runtime.lambda_context import Invocation

VARIABLES = {
    "ModelRegion": "MODEL_REGION",
    "GuardrailId": "GUARDRAIL_ID",
    "GuardrailVersion": "GUARDRAIL_VERSION",
}
TOKEN = "ey.secret.token"
CONVERSATIONS = "/api/agent/conversations"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass
class Deployed:
    """Every call goes through a real handler, in its role."""

    aws: InMoto
    bedrock: AtDouble
    warm: dict[str, Handler] = field(default_factory=dict)

    def invoke(self, name: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - any handler's
        if name not in self.warm:
            self.warm[name] = cold_start("agent", name)
        return self.warm[name](event, Invocation())

    def api(
        self,
        method: str,
        path: str,
        body: object = None,
        caller: Caller = ANN,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = {"Authorization": f"Bearer {TOKEN}", **(headers or {})}
        where, _, query = path.partition("?")
        asked = dict(each.split("=") for each in query.split("&")) if query else None
        answer = self.invoke("api", request(method, where, body, sent, asked, caller))
        told = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        document = json.loads(answer["body"]) if answer["body"] else None
        return Answer(answer["statusCode"], document, told)

    def opened(self, caller: Caller = ANN) -> str:
        made = self.api("POST", CONVERSATIONS, {}, caller)
        assert made.status == 201, made.body
        return f"{CONVERSATIONS}/{made.body['id']}"


@contextmanager
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with at_double() as bedrock, in_moto("agent", monkeypatch) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", bedrock.running.url)
        for name in ("ModelRegion", "GuardrailId", "GuardrailVersion"):  # as its role expects
            monkeypatch.setenv(VARIABLES[name], OPTIONS[name])
        moto_client("events").create_event_bus(Name="fileferry-local")
        monkeypatch.setenv("API_URL", "http://127.0.0.1:9")  # nobody is there
        yield Deployed(aws, bedrock)
        for each in gc.get_objects():  # the function keeps its client, and its connection, for good
            if type(each).__name__ == "BedrockRuntime":
                each.close()
