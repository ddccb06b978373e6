"""Our bot at the double of the Bot Framework, in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from runtime.address_guard import AddressGuard
from runtime.guarded_http import GuardedHttp
from services.agent.adapters.bot_connector import BotConnector, Clock
from services.agent.adapters.bot_gate import BotGate
from services.agent.adapters.bot_keys import BotKeys
from services.agent.adapters.bot_login import BotLogin
from services.agent.adapters.teams_places import TeamsPlaces
from services.agent.domain.teams import Chat
from tests.doubles.bot_framework import APP, SECRET, BotFramework
from tests.doubles.http_double import Running, served

LINK = "https://files.example/agent/proposals/{id}"
GUARD = AddressGuard.of(["127.0.0.0/8"])
PLACES = TeamsPlaces(["127.0.0.1", "smba.trafficmanager.net"])


@dataclass
class Time:
    """Waits take no time here, and are remembered."""

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@dataclass
class AtBotFramework:
    running: Running
    framework: BotFramework
    time: Time = field(default_factory=Time)
    secret: str = SECRET

    @property
    def service_url(self) -> str:
        return f"{self.running.url}/emea/"

    @property
    def chat(self) -> Chat:
        return Chat(self.service_url, "a:1-megan_ü", "28:bot")

    @property
    def open_id(self) -> str:
        return f"{self.running.url}/v1/.well-known/openidconfiguration"

    @property
    def token_url(self) -> str:
        return f"{self.running.url}/botframework.com/oauth2/v2.0/token"

    def gate(self) -> BotGate:
        return BotGate(APP, BotKeys(_http(), self.open_id, self.time), PLACES)

    def connector(self) -> BotConnector:
        login = BotLogin(_http(), self.token_url, APP, lambda: self.secret, self.time)
        return BotConnector(_http(), login, PLACES, LINK, Clock(self.time, self.time.wait))

    def order(self, *faults: dict[str, Any]) -> None:
        url = f"{self.running.url}/_double/faults"
        answer = httpx.post(url, json=list(faults), trust_env=False)
        assert answer.status_code == 201, answer.text

    def calls(self, path: str) -> list[dict[str, Any]]:
        found = httpx.get(f"{self.running.url}/_double/requests", trust_env=False).json()
        return [each for each in found["requests"] if path in each["path"]]


@contextmanager
def at_bot_framework() -> Iterator[AtBotFramework]:
    framework = BotFramework()
    with served(framework) as running:
        yield AtBotFramework(running, framework)


def _http() -> GuardedHttp:
    return GuardedHttp(GUARD, total_seconds=2, max_answer_bytes=512_000)
