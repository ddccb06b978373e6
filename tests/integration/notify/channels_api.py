"""The notify service's REST API in moto, with a receiver of webhooks on loopback."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from kernel.caller import Caller
from services.notify.adapters.dynamodb_users import DynamoDbUsers
from services.notify.domain.user import User
from tests.doubles.http_double import served
from tests.doubles.webhook import Receiver
from tests.fakes.callers import ANN
from tests.integration.functions import Handler, cold_start
from tests.integration.in_moto import InMoto, in_moto
from tests.integration.moto_clients import moto_client
from tests.unit.runtime.gateway import request
from tests.unit.runtime.lambda_context import Invocation

CHANNELS, TEAM = "/api/notify/channels", "/api/notify/channels/team"
PATH = "/hook/s3cr3t-path?sig=s3cr3t-signature"
RULES = [{"stages": ["failed"]}]
TABLE = "fileferry-local-notify"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class ChannelsApi:
    aws: InMoto
    receiver: Receiver
    url: str  # of the receiver, without a path
    handler: Handler

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        caller: Caller = ANN,
        **headers: str,
    ) -> Answer:
        """Headers are written with _ in the place of -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.handler(request(method, path, body, sent, None, caller), Invocation())
        told = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        document = json.loads(answer["body"]) if answer["body"] else None
        return Answer(answer["statusCode"], document, told)

    def channel(self, channel_id: str = "team", **changes: object) -> dict[str, object]:
        """The body to POST for a webhook to the receiver."""
        body = {"id": channel_id, "name": "Team", "kind": "webhook", "rules": RULES}
        return {**body, "address": self.url + PATH, **changes}

    def create(self, channel_id: str = "team", **changes: object) -> dict[str, Any]:
        answer = self("POST", CHANNELS, self.channel(channel_id, **changes))
        assert answer.status == 201, answer
        document: dict[str, Any] = answer.body
        return document

    def know(self, name: str, email: str) -> None:
        """As after an event of auth."""
        users = DynamoDbUsers(self.aws.dynamodb, TABLE)
        assert users.store(User(name, email=email, sequence=1), None)

    def secrets(self) -> dict[str, Any]:
        """All that the vault holds, by name."""
        client = moto_client("secretsmanager")
        names = [each["Name"] for each in client.list_secrets()["SecretList"]]
        values = (client.get_secret_value(SecretId=name)["SecretString"] for name in names)
        return dict(zip(names, map(json.loads, values), strict=True))


@contextmanager
def channels_api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChannelsApi]:
    receiver = Receiver()
    with in_moto("notify", monkeypatch) as aws, served(receiver) as running:
        yield ChannelsApi(aws, receiver, running.url, cold_start("notify", "api"))
