"""A running ServiceNow double, and calls of it as the integration user."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.doubles.http_double import served
from tests.doubles.servicenow import made, parser

LOGIN = ("fileferry", "double-password")
TABLE = "/api/now/table/incident"


class Client:
    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, auth=LOGIN, trust_env=False)

    def create(self, path: str = TABLE, **fields: object) -> dict[str, Any]:
        answer = self.http.post(path, json=fields)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = answer.json()["result"]
        return created

    def change(self, sys_id: str, **fields: str) -> httpx.Response:
        return self.http.patch(f"{TABLE}/{sys_id}", json=fields)

    def find(self, query: str, path: str = TABLE, **more: str) -> list[dict[str, Any]]:
        answer = self.http.get(path, params={"sysparm_query": query, **more})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["result"]
        return found

    def control(self, name: str, **document: object) -> dict[str, Any]:
        answer = self.http.post(f"/_double/{name}", json=document)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get("/_double/summary").json()
        return found


@contextmanager
def servicenow(*options: str) -> Iterator[Client]:
    with served(made(parser().parse_args(list(options)))) as running:
        client = Client(running.url)
        with client.http:
            yield client
