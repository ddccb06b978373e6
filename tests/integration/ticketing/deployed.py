"""The ticketing service in moto, with the double of ServiceNow on loopback."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts.catalogue import encode
from kernel.caller import Caller
from tests.doubles.http_program import Program
from tests.fakes.callers import ANN
from tests.fakes.deliveries import batch, failed, put_by_rule
from tests.integration.functions import Handler, cold_start, outbox_of
from tests.integration.in_moto import InMoto, in_moto
from tests.integration.moto_clients import moto_client
from tests.unit.progress.stories import AnyEvent
from tests.unit.runtime.gateway import request
from tests.unit.runtime.lambda_context import Invocation

TABLE, SECRET = "fileferry-local-ticketing", "fileferry/local/ticketing/servicenow"
PASSWORD = "double-password"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass
class Deployed:
    """Every call goes through a real handler, in its role."""

    aws: InMoto
    double: Program
    warm: dict[str, Handler] = field(default_factory=dict)

    def invoke(self, name: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - any handler's
        if name not in self.warm:
            self.warm[name] = cold_start("ticketing", name)
        return self.warm[name](event, Invocation())

    def hear(self, *events: AnyEvent) -> None:
        bodies = [put_by_rule(name, json.loads(detail)) for name, detail in map(encode, events)]
        assert failed(self.invoke("consumer", batch(*bodies))) == []

    def work(self) -> None:
        """Desks take every nudge."""
        sqs, url = moto_client("sqs"), self.aws.queues["DeskQueue"]
        while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for each in got:
                assert failed(self.invoke("desk", batch(each["Body"]))) == []
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])

    def api(
        self,
        method: str,
        path: str,
        body: object = None,
        caller: Caller = ANN,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        answer = self.invoke("api", request(method, path, body, headers, None, caller))
        told = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        document = json.loads(answer["body"]) if answer["body"] else None
        return Answer(answer["statusCode"], document, told)

    def login(self, password: str = PASSWORD) -> None:
        value = {"url": self.double.url, "user": "fileferry", "password": password}
        secrets = moto_client("secretsmanager")
        secrets.put_secret_value(SecretId=SECRET, SecretString=json.dumps(value))

    def records(self, transfer_id: str) -> list[dict[str, Any]]:
        """What ServiceNow has of the transfer's two tickets."""
        return [
            record
            for kind in ("audit", "user")
            for record in self.double.control(
                "GET", f"records?correlation_id=ff:{transfer_id}:{kind}"
            )["records"]
        ]

    def events(self) -> list[str]:
        return [
            record["dynamodb"]["NewImage"]["detail_type"]["S"]
            for record in outbox_of(TABLE)["Records"]
        ]


@contextmanager
def ticketing(monkeypatch: pytest.MonkeyPatch, double: Program) -> Iterator[Deployed]:
    with in_moto("ticketing", monkeypatch) as aws:
        moto_client("secretsmanager").create_secret(Name=SECRET, SecretString="{}")
        deployed = Deployed(aws, double)
        deployed.login()
        yield deployed
