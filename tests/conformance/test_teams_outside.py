"""Sessions that the bot in Teams has, and where it speaks: in memory, and with auth and the double
of the Bot Framework."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto import mock_aws
from pydantic import SecretStr

from runtime.address_guard import AddressGuard
from runtime.guarded_http import GuardedHttp
from runtime.rest_api import RestApi
from services.agent.adapters.http_sessions import HttpSessions
from services.agent.domain.errors import ApiAway, ApiRefused
from services.agent.domain.teams import Chat
from services.agent.domain.teams_errors import HandoverOver, SessionOver
from services.agent.domain.teams_ports import Connector, Reply, Sessions
from tests.fakes.agent_teams import InMemoryConnector, InMemorySessions, known_to
from tests.fakes.callers import ANN
from tests.integration.agent.bot import at_bot_framework
from tests.integration.auth.conftest import RESOURCES
from tests.integration.auth.deployed import TEMPLATE, Deployed, create_resources
from tests.integration.functions import Handler, environment
from tests.integration.rest_gateway import rest_gateway
from tests.unit.runtime.conftest import environment as fresh_telemetry

__all__ = ["fresh_telemetry"]
WARM: dict[str, Handler] = {}  # the functions of all tests here


@dataclass(frozen=True)
class Backend:
    sessions: Sessions
    logged_in: Callable[[], SecretStr]  # an access token of ann's own


@pytest.fixture(params=["in_memory", "auth"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    if request.param == "in_memory":
        fake = InMemorySessions(lambda: datetime.now(UTC))
        yield Backend(fake, lambda: known_to(fake, ANN))
        return
    request.getfixturevalue("fresh_telemetry")
    with mock_aws():
        auth = create_resources()
        values = environment(TEMPLATE, {**RESOURCES, "UsagePlanId": auth.plan_id})
        for name, value in values.items():
            if not name.startswith("POWERTOOLS_"):
                monkeypatch.setenv(name, value)
        auth.warm = WARM
        auth.user(auth.admin(), "ann")
        with rest_gateway(lambda *asked: _asked(auth, *asked)) as url:
            http = GuardedHttp(AddressGuard.of(["127.0.0.0/8"]))
            sessions = HttpSessions(RestApi(http, url), lambda: datetime.now(UTC))
            yield Backend(sessions, lambda: SecretStr(auth.log_in("ann")["access_token"]))


def test_a_session_is_handed_over_once_and_ends(backend: Backend) -> None:
    sessions, own = backend.sessions, backend.logged_in()
    handover = sessions.hand_over(own)
    left = handover.good_until - datetime.now(UTC)
    assert timedelta(minutes=4) < left <= timedelta(minutes=5)
    tokens = sessions.redeem(handover.code)
    with pytest.raises(HandoverOver):
        sessions.redeem(handover.code)
    assert sessions.caller(tokens.access).name == "ann"
    assert timedelta(minutes=50) < tokens.access_until - datetime.now(UTC) <= timedelta(hours=1)
    assert tokens.session_until > tokens.access_until
    with pytest.raises(ApiRefused) as refused:
        sessions.hand_over(tokens.access)
    assert refused.value.answered == 403
    sessions.end(tokens.access)
    for over in (sessions.caller, sessions.end):
        with pytest.raises(SessionOver):
            over(tokens.access)
    with pytest.raises(SessionOver):
        sessions.refresh(tokens.refresh)


def test_a_refresh_token_works_once_and_twice_ends_the_session(backend: Backend) -> None:
    sessions = backend.sessions
    first = sessions.redeem(sessions.hand_over(backend.logged_in()).code)
    second = sessions.refresh(first.refresh)
    assert sessions.caller(second.access).name == "ann"
    assert second.session_until == first.session_until
    with pytest.raises(SessionOver):
        sessions.refresh(first.refresh)
    with pytest.raises(SessionOver):
        sessions.refresh(second.refresh)


def test_a_new_handover_takes_the_place_of_the_one_before(backend: Backend) -> None:
    own = backend.logged_in()
    first, second = backend.sessions.hand_over(own), backend.sessions.hand_over(own)
    with pytest.raises(HandoverOver):
        backend.sessions.redeem(first.code)
    assert backend.sessions.redeem(second.code)


def test_whoever_is_not_logged_in_hands_nothing_over(backend: Backend) -> None:
    with pytest.raises(ApiRefused) as refused:
        backend.sessions.hand_over(SecretStr("nobody's"))
    assert refused.value.answered == 401
    with pytest.raises(HandoverOver):
        backend.sessions.redeem(SecretStr("nothing"))
    with pytest.raises(SessionOver):
        backend.sessions.caller(SecretStr("nobody's"))


def test_an_api_that_nobody_answers_at_is_away() -> None:
    api = RestApi(GuardedHttp(AddressGuard.of(["127.0.0.0/8"])), "http://127.0.0.1:9")
    with pytest.raises(ApiAway):
        HttpSessions(api, lambda: datetime.now(UTC)).refresh(SecretStr("r"))


@pytest.mark.parametrize("answer", [{}, {"access_token": "a"}, [], None, {"user": "ann"}])
def test_an_answer_that_cannot_be_read_is_none(answer: Any) -> None:  # noqa: ANN401
    with rest_gateway(lambda *_: (200, answer)) as url:
        api = RestApi(GuardedHttp(AddressGuard.of(["127.0.0.0/8"])), url)
        sessions = HttpSessions(api, lambda: datetime.now(UTC))
        for asked in (sessions.redeem, sessions.refresh, sessions.caller, sessions.hand_over):
            with pytest.raises(ApiAway):
                asked(SecretStr("x"))


@pytest.fixture(params=["in_memory", "double"])
def told(
    request: pytest.FixtureRequest,
) -> Iterator[tuple[Connector, Chat, Callable[[], list[str]]]]:
    if request.param == "in_memory":
        fake = InMemoryConnector()
        yield fake, Chat("https://smba.trafficmanager.net/", "a:1", "28:bot"), lambda: fake.texts
        return
    with at_bot_framework() as bot:
        yield bot.connector(), bot.chat, lambda: [each["text"] for each in bot.framework.told]


def test_replies_are_told_in_their_order(
    told: tuple[Connector, Chat, Callable[[], list[str]]],
) -> None:
    connector, chat, texts = told
    connector.reply(chat, "1", Reply("Grüß dich."))
    connector.reply(chat, None, Reply("Bye."))
    assert texts() == ["Grüß dich.", "Bye."]


def _asked(auth: Deployed, method: str, path: str, body: Any, token: str | None) -> tuple[int, Any]:  # noqa: ANN401
    answer = auth.api(method, path, body, token=token)
    return answer.status, answer.body
