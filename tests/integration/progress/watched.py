"""The progress service in moto, with its connections' other ends on loopback."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts.caller import Caller, Grants, Role
from contracts.websocket.server_messages import ServerMessage, read_message
from tests.fakes.deliveries import batch
from tests.integration.functions import Handler, cold_start
from tests.integration.in_moto import InMoto, in_moto
from tests.integration.moto_clients import moto_client
from tests.servers.connections_api import ConnectionsApi, connections_api
from tests.unit.runtime.lambda_context import Invocation


@dataclass
class Watched:
    """Every call goes through a real handler, in its role."""

    aws: InMoto
    api: ConnectionsApi
    warm: dict[str, Handler] = field(default_factory=dict)

    def invoke(self, name: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - any handler's
        if name not in self.warm:
            self.warm[name] = cold_start("progress", name)
        return self.warm[name](event, Invocation())

    def connect(self, connection_id: str, user: str = "jane", *roles: Role) -> int:
        caller = Caller(
            user=user, session_id=f"s-{user}", roles=roles or ("user",), grants=Grants()
        )
        authorizer = {"caller": caller.model_dump_json()}
        status = self._socket(connection_id, "CONNECT", authorizer=authorizer)
        if status == 200:
            self.api.open(connection_id)
        return status

    def send(self, connection_id: str, body: object, *, binary: bool = False) -> int:
        text = body if isinstance(body, str) else json.dumps(body)
        return self._socket(connection_id, "MESSAGE", body=text, binary=binary)

    def disconnect(self, connection_id: str) -> int:
        self.api.received.pop(connection_id, None)
        return self._socket(connection_id, "DISCONNECT")

    def _socket(
        self, connection_id: str, kind: str, body: str = "", binary: bool = False, **more: object
    ) -> int:
        request = {"connectionId": connection_id, "eventType": kind, "requestId": "r-1", **more}
        event = {"requestContext": request, "body": body, "isBase64Encoded": binary}
        return int(self.invoke("socket", event)["statusCode"])

    def told(self, connection_id: str) -> list[ServerMessage]:
        """What it received since the last look."""
        texts = self.api.received.get(connection_id, [])
        found = [read_message(text) for text in texts]
        texts.clear()
        return list(found)

    def tell(self, receives: int = 1) -> dict[str, Any]:
        """Handles what can be received from the fan-out queue now."""
        sqs, url = moto_client("sqs"), self.aws.queues["FanOutQueue"]
        got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for each in got:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
        bodies = [each["Body"] for each in got]
        answer: dict[str, Any] = self.invoke("fan_out", batch(*bodies, receives=receives))
        return answer

    def left(self) -> set[str]:
        """The sort keys of rows about connections that are still there."""
        names = (row["sk"]["S"] for row in self.aws.rows())
        return {each for each in names if each.startswith(("W#", "C#", "CONNECTION"))}


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    with connections_api() as api, in_moto("progress", monkeypatch) as aws:
        monkeypatch.setenv("WEBSOCKET_ENDPOINT", api.address)
        yield Watched(aws, api)
