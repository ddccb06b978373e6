"""The bot in Teams as it is deployed: agent and auth in moto, the double of the Bot Framework, and
people who write."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import boto3
import pytest

from tests.doubles.bot_framework import APP, SECRET, claims_for, signed
from tests.integration.agent.bot import LINK, AtBotFramework, at_bot_framework
from tests.integration.agent.deployed import Answer, Deployed, agent
from tests.integration.auth.conftest import RESOURCES
from tests.integration.auth.deployed import TEMPLATE, create_resources
from tests.integration.auth.deployed import Deployed as Auth
from tests.integration.functions import environment
from tests.integration.rest_gateway import rest_gateway
from tests.unit.runtime.gateway import request

TENANT = "11111111-0000-4000-8000-000000000001"
MESSAGES = "/api/agent/teams/messages"
LINKS = "/api/agent/teams/links"


@dataclass
class InTeams:
    agent: Deployed
    auth: Auth
    bot: AtBotFramework
    token: str = ""  # of ann's login
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    # --- what people write ----------------------------------------------------------------------

    def activity(self, text: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
        """As Teams sends it in a chat with the bot alone."""
        number = next(self._numbers)
        return {
            "type": "message",
            "id": f"14859834{number:05}",
            "timestamp": "2026-11-27T09:18:44.211Z",
            "localTimestamp": "2026-11-27T10:18:44.211+01:00",
            "serviceUrl": self.bot.service_url,
            "channelId": "msteams",
            "from": {"id": "29:1bc", "name": "Megan Bowen", "aadObjectId": "7faf8bae-megan"},
            "conversation": {
                "conversationType": "personal",
                "tenantId": TENANT,
                "id": "a:17I0kl9EkpE1O9PH5TWrzrLNwnWWcfrU",
            },
            "recipient": {"id": f"28:{APP}", "name": "FileFerry"},
            "entities": [{"locale": "en-US", "country": "US", "type": "clientInfo"}],
            "channelData": {"tenant": {"id": TENANT}},
            "textFormat": "plain",
            "text": text,
            "locale": "en-US",
        } | changes

    def deliver(self, activity: object, token: str | None = None) -> Answer:
        """As the Bot Framework does."""
        signature = signed(claims_for(self.bot.service_url)) if token is None else token
        sent = {"Authorization": f"Bearer {signature}"} if signature else {}
        answer = self.agent.invoke("api", request("POST", MESSAGES, activity, sent, caller=None))
        told = json.loads(answer["body"]) if answer["body"] else None
        return Answer(answer["statusCode"], told, {})

    def say(self, text: str, **changes: Any) -> list[str]:  # noqa: ANN401
        """What the bot says to it."""
        before = len(self.bot.framework.told)
        assert self.deliver(self.activity(text, **changes)).status == 202
        self.work()
        return [each["text"] for each in self.bot.framework.told[before:]]

    def work(self) -> list[dict[str, Any]]:
        """The queue's messages, each in a call of the worker. Returns what failed."""
        sqs, url = boto3.client("sqs"), self.agent.aws.queues["TeamsQueue"]
        failed = []
        while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages"):
            record = {
                "messageId": got[0]["MessageId"],
                "receiptHandle": got[0]["ReceiptHandle"],
                "body": got[0]["Body"],
                "attributes": {"ApproximateReceiveCount": "1"},
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:teams",
                "eventSource": "aws:sqs",
            }
            failed += self.agent.invoke("teams", {"Records": [record]})["batchItemFailures"]
            sqs.delete_message(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"])
        return failed

    # --- what they do in FileFerry ---------------------------------------------------------------

    def api(self, method: str, path: str, token: str | None = None) -> Answer:
        """A route of the agent, behind auth's authorizer."""
        bearer = {"Authorization": f"Bearer {token or self.token}"}
        event = request(method, path, None, bearer, caller=None)
        context = self.auth.authorizer(bearer)["context"]
        event["requestContext"]["authorizer"] = context
        answer = self.agent.invoke("api", event)
        told = json.loads(answer["body"]) if answer["body"] else None
        return Answer(answer["statusCode"], told, {})

    def code(self) -> str:
        made = self.api("POST", "/api/agent/teams/codes")
        assert made.status == 201, made
        return str(made.body["code"])

    def connected(self) -> str:
        [told] = self.say(self.code())
        assert told.startswith("You are connected as ann."), told
        return told

    def sessions(self) -> list[dict[str, Any]]:
        """Open ones that were handed over."""
        rows = self.auth.rows()
        handed = [each for each in rows if each.get("handed_to", {}).get("S") == "teams"]
        return [each for each in handed if "secret_hash" not in each and "closed_at" not in each]


@contextmanager
def in_teams(monkeypatch: pytest.MonkeyPatch) -> Iterator[InTeams]:
    with ExitStack() as stack:
        bot = stack.enter_context(at_bot_framework())
        deployed = stack.enter_context(agent(monkeypatch))
        auth = create_auth(monkeypatch)
        url = stack.enter_context(rest_gateway(lambda *asked: _asked(auth, *asked)))
        monkeypatch.setenv("API_URL", url)
        monkeypatch.setenv("ALLOWED_NETWORKS", "127.0.0.0/8")
        for name, value in settings_of(bot).items():
            monkeypatch.setenv(name, value)
        found = InTeams(deployed, auth, bot)
        auth.user(auth.admin(), "ann")
        found.token = str(auth.log_in("ann")["access_token"])
        yield found


def settings_of(bot: AtBotFramework) -> dict[str, str]:
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    name = "fileferry/local/agent/teams-bot"
    boto3.client("secretsmanager").create_secret(Name=name, SecretString=f"{SECRET}\n")
    return {
        "TEAMS_APP_ID": APP,
        "TEAMS_TENANTS": TENANT,
        "TEAMS_HOSTS": "127.0.0.1",
        "TEAMS_OPEN_ID": bot.open_id,
        "TEAMS_TOKEN_URL": bot.token_url,
        "TEAMS_KEY": key,
        "PROPOSAL_LINK": LINK,
    }


def create_auth(monkeypatch: pytest.MonkeyPatch) -> Auth:
    """In the moto that the agent is in."""
    boto3.client("events").delete_event_bus(Name="fileferry-local")  # the agent's; they share one
    service = create_resources()
    for name, value in environment(TEMPLATE, {**RESOURCES, "UsagePlanId": service.plan_id}).items():
        if not name.startswith("POWERTOOLS_"):
            monkeypatch.setenv(name, value)
    return service


def _asked(auth: Auth, method: str, path: str, body: Any, token: str | None) -> tuple[int, Any]:  # noqa: ANN401
    answer = auth.api(method, path, body, token=token)
    return answer.status, answer.body
