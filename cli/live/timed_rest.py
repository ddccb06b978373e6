"""The API for watchers: no call takes longer than the time that the watcher has left."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from cli.client import Client

LEAST_SECONDS = 0.1


class Rest(Protocol):
    """The part of the command's client that watching needs."""

    base_url: str

    def call(self, method: str, path: str, *, query: Mapping[str, object] | None = None) -> Any: ...  # noqa: ANN401


class TimedRest:
    """`left` tells the seconds that are left; infinite where there is no limit."""

    def __init__(self, client: Client, left: Callable[[], float]) -> None:
        self.base_url = client.base_url
        self._client, self._left = client, left

    @property
    def left(self) -> float:
        return max(LEAST_SECONDS, self._left())

    def call(self, method: str, path: str, *, query: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401
        return self._client.call(method, path, query=query, within=self.left)
