"""The real stack of the WebSocket API in an emulator, with an authorizer and a socket function of a
few lines behind it."""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from infra.local.deployment import deploy_locally
from infra.local.emulator import aws_client
from infra.stacks import find_stack
from tests.infra.small_functions import create_function
from tests.servers.emulator import REGION, Emulator, emulator
from tests.servers.waiting import wait_for

AUTHORIZER, SOCKET = "fileferry-local-auth-authorizer", "fileferry-local-progress-socket"
AUTHORIZER_CODE = """
import json
def handler(event, context):
    word = (event["queryStringParameters"] or {}).get("ticket")
    word = word or event["headers"].get("Authorization", "").removeprefix("Bearer ")
    if word == "broken":
        raise ValueError("no")
    if not word or word == "old":
        raise Exception("Unauthorized")
    statement = {"Effect": "Deny" if word == "denied" else "Allow",
        "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
    return {"principalId": word, "context": {"caller": json.dumps({"user": word})},
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""
# Posts what it was called with. A message begins with its wish where it is no JSON.
SOCKET_CODE = """
import boto3, json, os
def handler(event, context):
    asked = event["requestContext"]
    wish = (event.get("queryStringParameters") or {}).get("wish") or event["body"]
    print(json.dumps({"kind": asked["eventType"], "code": asked.get("disconnectStatusCode"),
        "id": asked["connectionId"]}))
    place = os.environ["AWS_ENDPOINT_URL"] + f"/_aws/execute-api/{asked['apiId']}/{asked['stage']}"
    posts = boto3.client("apigatewaymanagementapi", endpoint_url=place)
    if wish == "early":
        try:
            posts.post_to_connection(ConnectionId=asked["connectionId"], Data="too early")
        except posts.exceptions.GoneException:
            return {"statusCode": 410}
    if asked["eventType"] != "MESSAGE":
        if wish == "raise":
            raise ValueError("no")
        return None if wish == "none" else {"statusCode": 403 if wish == "refuse" else 200}
    if wish.startswith("raise"):
        raise ValueError("no")
    if wish.startswith("answer"):
        return {"statusCode": 200, "body": "an answer"}
    body = len(event["body"]) if wish.startswith("measure") else event["body"]
    told = json.dumps({"asked": asked, "body": body, "headers": event.get("headers")})
    posts.post_to_connection(ConnectionId=asked["connectionId"], Data=told)
    if wish.startswith("bye"):
        posts.delete_connection(ConnectionId=asked["connectionId"])
    if wish.startswith("wait"):
        import time
        time.sleep(1)
        posts.post_to_connection(ConnectionId=asked["connectionId"], Data="waited")
    return {"statusCode": 200}
"""


class Sockets:
    def __init__(self, running: Emulator) -> None:
        self.client = running.client
        functions = running.client("lambda")
        for name, code in ((AUTHORIZER, AUTHORIZER_CODE), (SOCKET, SOCKET_CODE)):
            create_function(functions, name, code)
            functions.create_alias(FunctionName=name, Name="live", FunctionVersion="$LATEST")
        self._values = {"Stage": "local", "LocalAddress": running.endpoint}
        self._clients = partial(aws_client, endpoint=running.endpoint, region=REGION)
        self.deploy()
        self.url, self.endpoint = (self._stored(name) for name in ("url", "endpoint"))

    def deploy(self, **values: str) -> None:
        deploy_locally(find_stack("websocket"), {**self._values, **values}, self._clients)

    def _stored(self, name: str) -> str:
        found = self.client("ssm").get_parameter(Name=f"/fileferry/local/websocket/{name}")
        return str(found["Parameter"]["Value"])

    @property
    def posts(self) -> Any:  # noqa: ANN401 - boto3 has no types
        return aws_client("apigatewaymanagementapi", self.endpoint, REGION)

    def connect(self, ticket: str = "ann", **query: str) -> websockets.connect:
        words = "&".join(f"{name}={value}" for name, value in {"ticket": ticket, **query}.items())
        return websockets.connect(f"{self.url}?{words}", proxy=None)

    def logged(self, kind: str, connection: str) -> dict[str, Any] | None:
        logs = self.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{SOCKET}")
        for line in logs["events"]:
            if f'"{kind}"' in line["message"] and connection in line["message"]:
                return dict(json.loads(line["message"]))
        return None

    def wait_until_logged(self, kind: str, connection: str) -> dict[str, Any]:
        return wait_for(lambda: self.logged(kind, connection), f"{kind} of {connection}")


@contextmanager
def opened(folder: Path) -> Iterator[Sockets]:
    with emulator(folder) as running:
        yield Sockets(running)


def run(steps: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(steps, 60))


async def ask(socket: ClientConnection, text: str) -> dict[str, Any]:
    """What came back for the message."""
    await socket.send(text)
    return dict(json.loads(await socket.recv()))
