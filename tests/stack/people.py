"""Users of the running stack, and a client that calls its API as any of them or as nobody."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from infra.local.stack import LocalStack
from infra.user import NewUser, create_user
from tests.stack.secrets_used import SecretsUsed

EVERYTHING: Mapping[str, Any] = {"sources": [{"bucket": "*", "prefix": ""}], "destinations": ["*"]}
Hooks = Mapping[str, list[Callable[..., Any]]]
NOTHING: Mapping[str, Any] = {"sources": [], "destinations": []}


def new_password() -> str:
    return secrets.token_urlsafe(15)


@dataclass(frozen=True)
class Person:
    name: str
    password: str = field(default_factory=new_password, repr=False)


class Door:
    """Calls the API and keeps what is secret in it for the look at the logs."""

    def __init__(self, stack: LocalStack, secrets_used: SecretsUsed) -> None:
        self.secrets = secrets_used
        hooks: Hooks = {
            "request": [secrets_used.hear_request],
            "response": [secrets_used.hear_response],
        }
        self.http = httpx.Client(
            base_url=stack.api_url, timeout=60, event_hooks=hooks, trust_env=False
        )

    def call(
        self,
        method: str,
        path: str,
        token: str | None = None,
        body: object = None,
        **headers: str,
    ) -> httpx.Response:
        """The names in `headers` have _ in the place of -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        return self.http.request(method, path, headers=sent, json=body)

    def tokens(self, person: Person, client: str = "api") -> Any:  # noqa: ANN401
        """The tokens of a new session."""
        body = {"user": person.name, "password": person.password, "client": client}
        answer = self.call("POST", "/api/login", body=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def token(self, person: Person) -> str:
        return str(self.tokens(person)["access_token"])

    def close(self) -> None:
        self.http.close()


class People:
    """Makes users. The first admin is made as infra does it, and all others through the API."""

    def __init__(self, stack: LocalStack, door: Door) -> None:
        self._door = door
        self.admin = Person("boss")
        self.secrets = door.secrets
        self.secrets.add("password", self.admin.password)
        create_user(
            stack.client("lambda"), "local", NewUser("boss", self.admin.password, ("admin",))
        )
        self.log_in_again()
        self.change(self.admin, grants=EVERYTHING)
        self.log_in_again()  # the gateway keeps for a while what it knows of the first token

    def log_in_again(self) -> None:
        """Needed after a test has ended the admin's token."""
        self.admin_token = self._door.token(self.admin)

    def create(
        self,
        name: str,
        *roles: str,
        grants: Mapping[str, Sequence[Any]] = NOTHING,
        email: str | None = None,
    ) -> Person:
        person = Person(name)
        self.secrets.add("password", person.password)
        body = {
            "user": name,
            "name": name.title(),
            "roles": roles or ("user",),
            "password": person.password,
            "grants": grants,
            "email": email,
        }
        answer = self._door.call("POST", "/api/users", self.admin_token, body)
        assert answer.status_code == 201, answer.text
        return person

    def change(self, person: Person, **changes: Any) -> None:  # noqa: ANN401
        answer = self._door.call("PATCH", f"/api/users/{person.name}", self.admin_token, changes)
        assert answer.status_code == 200, answer.text
