"""The auth service with an identity provider. It has its own handlers, with AWS in moto."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.stacks import find_stack
from services.auth.adapters.dynamodb_user_store import DynamoDbUserStore
from services.auth.domain.user import User
from tests.integration.functions import Handler, cold_start
from tests.integration.moto_clients import moto_client
from tests.servers.oidc_provider import Client, Person, sign_in
from tests.unit.runtime.gateway import request
from tests.unit.runtime.lambda_context import Invocation

TABLE = "fileferry-local-auth"
SIGNING, SECRET = "fileferry/local/auth/signing-key", "fileferry/local/auth/oidc-client"
API_URL, CONSOLE = "https://api.example/v1", "https://console.example"
CALLBACK = "/api/login/sso/callback"
REDIRECT_URI = API_URL + CALLBACK
ROLES = {"ferry-users": "user", "ferry-operators": "operator", "ferry-audit": "auditor"}


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Browser:
    """Keeps the cookies of one installation."""

    cookies: dict[str, str] = field(default_factory=dict)

    def keep(self, answer: Answer) -> None:
        if "Set-Cookie" in answer.headers:
            pair, *flags = answer.headers["Set-Cookie"].split("; ")
            name, _, value = pair.partition("=")
            if "Max-Age=0" in flags:
                self.cookies.pop(name)
            else:
                self.cookies[name] = value

    @property
    def headers(self) -> dict[str, str]:
        text = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": text} if text else {}


@dataclass
class Installation:
    handler: Handler

    def api(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        event = request(method, path, body, headers, query)
        event["requestContext"]["identity"] = {"sourceIp": "192.0.2.7"}
        answer = self.handler(event, Invocation())
        told = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        document = json.loads(answer["body"]) if answer["body"] else None
        return Answer(answer["statusCode"], document, told)

    def begin(self, browser: Browser, **query: str) -> str:
        """The address at the provider that the browser is sent to."""
        answer = self.api("GET", "/api/login/sso", query=query)
        assert answer.status == 302, answer
        browser.keep(answer)
        return answer.headers["Location"]

    def come_back(self, browser: Browser, address: str, **changes: str) -> Answer:
        """The callback, asked for by `browser` at the address that the provider gave."""
        assert address.startswith(REDIRECT_URI + "?"), address
        answer = self.api(
            "GET", CALLBACK, headers=browser.headers, query={**query_of(address), **changes}
        )
        browser.keep(answer)
        return answer

    def log_in(self, person: Person, **query: str) -> Answer:
        """The whole way of a browser."""
        browser = Browser()
        return self.come_back(browser, sign_in(self.begin(browser, **query), person))

    @property
    def users(self) -> DynamoDbUserStore:
        return DynamoDbUserStore(moto_client("dynamodb"), TABLE)

    def user(self, name: str) -> User:
        return self.users.read(name)

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Detail-types with their data, as the outbox has them."""
        rows = moto_client("dynamodb").scan(TableName=TABLE)["Items"]
        events = [row for row in rows if row["sk"]["S"].startswith("OUTBOX#")]
        return [(row["detail_type"]["S"], json.loads(row["detail"]["S"])["data"]) for row in events]


def refused(answer: Answer) -> str:
    """The reason that was told."""
    assert (answer.status, answer.body["code"]) == (401, "sso_refused"), answer
    return str(answer.body["detail"])


def query_of(address: str) -> dict[str, str]:
    found = parse_qs(urlsplit(address).query, strict_parsing=True, keep_blank_values=True)
    return {name: value for name, [value] in found.items()}


def environment(issuer: str, client: Client, **more: str) -> dict[str, str]:
    return {
        "STAGE": "local",
        "EVENT_BUS_NAME": "fileferry-local",
        "AUTH_TABLE": TABLE,
        "SIGNING_SECRET_ID": SIGNING,
        "API_URL": API_URL,
        "WEBSOCKET_URL": "wss://sockets.example/v1",
        "CORS_ORIGINS": CONSOLE,
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": client.client_id,
        "OIDC_SECRET_ID": SECRET,
        "OIDC_ROLES": json.dumps(ROLES),
        **more,
    }


def install(client: Client) -> Installation:
    """Needs an active moto and a set environment."""
    properties = find_stack("auth").completed()["Resources"]["AuthTable"]["Properties"]
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    moto_client("dynamodb").create_table(
        TableName=TABLE, **{name: properties[name] for name in wanted}
    )
    vault = moto_client("secretsmanager")
    key = json.dumps({"kid": "k1", "key": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"})
    vault.create_secret(Name=SIGNING, SecretString=key)
    vault.create_secret(Name=SECRET, SecretString=client.secret or "none")
    return Installation(cold_start("auth", "api"))
