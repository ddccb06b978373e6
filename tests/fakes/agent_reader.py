"""Our REST API as the agent's reader sees it, in memory, asked as strictly as the real one."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from contracts.contract import Published
from contracts.route import Route
from contracts.routes import ROUTES
from services.agent.adapters.http_reader import READS
from services.agent.domain.chat import Json
from services.agent.domain.errors import ApiRefused
from tests.fakes.calls import Calls

Answer = Published | Exception | Callable[[Mapping[str, str], Any], Published]
BY_OPERATION: Mapping[str, Route] = {each.operation_id: each for each in ROUTES}


class InMemoryReader:
    """`answers` by operation id. A function gets the path's values and the query's model."""

    def __init__(self, calls: Calls | None = None) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, Mapping[str, str], Mapping[str, str]]] = []
        self._calls = calls or Calls(lambda _: None)

    def read(
        self,
        operation: str,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Json:
        if operation not in READS:
            raise LookupError(f"{operation!r} is no route that reads")
        arguments = operation, path or {}, query or {}
        return self._calls.through("reader.read", arguments, lambda: self._read(*arguments))

    def _read(self, operation: str, path: Mapping[str, str], query: Mapping[str, str]) -> Json:
        self.asked.append((operation, path, query))
        asked = self._understood(operation, path, query)
        answer = self.answers.get(operation)
        if answer is None:
            raise ApiRefused(operation, 404, "no_route", "There is nothing at this address.")
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, Published):
            answer = answer(path, asked)
        told: dict[str, Any] = answer.model_dump(mode="json", by_alias=True)
        return told

    def _understood(
        self, operation: str, path: Mapping[str, str], query: Mapping[str, str]
    ) -> BaseModel | None:
        route = BY_OPERATION[operation]
        route.path.format(**path)  # raises KeyError for a name that is missing
        assert all(f"{{{name}}}" in route.path for name in path), (route.path, path)
        if any(value in ("", ".", "..") for value in path.values()):
            raise ApiRefused(operation, 400, "request_invalid", "There is no such name.")
        if route.query is None:
            assert not query, (operation, query)
            return None
        try:
            return route.query.model_validate(query)
        except ValidationError as wrong:
            raise ApiRefused(operation, 400, "request_invalid", str(wrong)) from None
