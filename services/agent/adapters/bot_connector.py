"""Sends replies to Teams through the Bot Framework's connector."""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from urllib.parse import quote

from runtime.guarded_http import AddressNotCalled, CallFailed, GuardedHttp, HttpAnswer
from services.agent.adapters.bot_login import BotLogin
from services.agent.adapters.teams_activity import body_of
from services.agent.adapters.teams_places import TeamsPlaces
from services.agent.domain.teams import Chat
from services.agent.domain.teams_errors import ChatClosed, ConnectorAway, ConnectorRefused
from services.agent.domain.teams_ports import Reply

TRIES = 4
WHOLE_SECONDS = 14.0  # of all tries, waits and logins; the worker has 60 s and a turn takes 30
CALL_SECONDS = 5.0
FIRST_WAIT = 0.5  # seconds; doubled each time, and up to as much again by chance
AGAIN = frozenset({408, 412, 429, 500, 502, 503, 504})  # Microsoft names 412, 429, 502 and 504
CLOSED = frozenset({403, 404})  # blocked or removed by its user; there is no such chat
NOT_LET_IN = 401
SECONDS = re.compile(r"[0-9]{1,4}")


def pause(seconds: float) -> None:
    Event().wait(seconds)


@dataclass(frozen=True)
class Clock:
    monotonic: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = pause


class BotConnector:
    def __init__(
        self,
        http: GuardedHttp,
        login: BotLogin,
        places: TeamsPlaces,
        proposal_link: str,
        clock: Clock = Clock(),
    ) -> None:
        self._http, self._login, self._places = http, login, places
        self._proposal_link, self._clock = proposal_link, clock

    def reply(self, chat: Chat, activity_id: str | None, reply: Reply) -> None:
        if wrong := self._places.wrong_with(chat.service_url):
            raise ConnectorRefused(f"serviceUrl: {wrong}")
        url = _url(chat, activity_id)
        body = body_of(chat, activity_id, reply, self._proposal_link)
        end = self._clock.monotonic() + WHOLE_SECONDS
        for number in range(TRIES):
            why, wait = self._tried(url, body, end, number)
            if why is None:
                return
            left = end - self._clock.monotonic()
            if wait >= left or number == TRIES - 1:
                raise ConnectorAway(why)
            self._clock.wait(wait)

    def _tried(self, url: str, body: bytes, end: float, number: int) -> tuple[str | None, float]:
        """Why it was not taken, and how long to wait before another try."""
        wait = FIRST_WAIT * 2**number * (1 + random.random())  # noqa: S311 - spreads tries
        left = end - self._clock.monotonic()
        if left <= 0:
            return "no time is left", wait
        token = self._login.token(min(CALL_SECONDS, left)).get_secret_value()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        seconds = max(0.1, min(CALL_SECONDS, end - self._clock.monotonic()))
        try:
            answer = self._http.send("POST", url, headers, body, seconds=seconds)
        except AddressNotCalled as refused:
            raise ConnectorRefused(str(refused)) from None
        except CallFailed as failed:
            return str(failed), wait
        return self._judged(answer, number, wait)

    def _judged(self, answer: HttpAnswer, number: int, wait: float) -> tuple[str | None, float]:
        status = answer.status
        if 200 <= status < 300:
            return None, 0.0
        why = f"it answered {status}"
        if status == NOT_LET_IN and number == 0:  # the token ended, or the secret has a new value
            self._login.forget()
            return why, 0.0
        if status in CLOSED:
            raise ChatClosed(status)
        if status not in AGAIN:
            raise ConnectorRefused(why)
        told = answer.headers.get("retry-after", "").strip()
        return why, float(told) if SECONDS.fullmatch(told) else wait


def _url(chat: Chat, activity_id: str | None) -> str:
    where = f"v3/conversations/{quote(chat.id, safe='')}/activities"
    behind = f"/{quote(activity_id, safe='')}" if activity_id is not None else ""
    return f"{chat.service_url.rstrip('/')}/{where}{behind}"
