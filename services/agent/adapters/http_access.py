"""Access over HTTP: our own REST API, with the token of whoever talks to the agent."""

from collections.abc import Callable

from pydantic import SecretStr

from runtime.rest_api import RestApi
from services.agent.adapters.http_actor import HttpActor
from services.agent.adapters.http_api import HttpApi
from services.agent.adapters.http_reader import HttpReader
from services.agent.domain.ports import Actor, Reader


class HttpAccess:
    def __init__(self, api: RestApi) -> None:
        self._api = api

    def reader(self, token: SecretStr, seconds_left: Callable[[], float]) -> Reader:
        return HttpReader(HttpApi(self._api, token, seconds_left))

    def actor(self, token: SecretStr, seconds_left: Callable[[], float]) -> Actor:
        return HttpActor(HttpApi(self._api, token, seconds_left))
