"""Proves to ServiceNow who we are: Basic, or a token of an OAuth client."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from runtime.guarded_http import AnswerLost, GuardedHttp, HttpAnswer, NotSent
from services.ticketing.adapters.servicenow_answers import document_of, said_by
from services.ticketing.adapters.servicenow_instance import Instance
from services.ticketing.adapters.servicenow_waits import asked_wait, hourly_limit
from services.ticketing.domain.errors import LoginRefused, Throttled, Unavailable, Unreachable

TOKEN = re.compile(r"[!-~]{1,8192}")
REFUSALS = frozenset({400, 401, 403})
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
USUAL_LIFE = timedelta(seconds=1_800)  # of a token that does not say when it ends
LONGEST_LIFE = timedelta(days=1)
MARGIN = timedelta(seconds=60)  # before its end a token is renewed, or at 9/10 of its life


@dataclass(frozen=True)
class Token:
    instance: Instance
    text: str = field(repr=False)
    good_until: datetime


class ServiceNowLogin:
    """Keeps one token in memory. A token belongs to one value of the secret."""

    def __init__(self, http: GuardedHttp, now: Callable[[], datetime]) -> None:
        self._http, self._now = http, now
        self._token: Token | None = None

    def header(self, instance: Instance, seconds: float) -> tuple[str, bool]:
        """The value of Authorization, and whether it is a token that may have lost its worth.
        Raises LoginRefused, Throttled, Unavailable, Unreachable."""
        if instance.token_url is None:
            pair = f"{instance.user}:{instance.secret}".encode()
            return f"Basic {b64encode(pair).decode()}", False
        token = self._token
        if token and token.instance == instance and self._now() < token.good_until:
            return f"Bearer {token.text}", True
        self._token = self._new(instance, instance.token_url, seconds)
        return f"Bearer {self._token.text}", False

    def forget(self) -> None:
        self._token = None

    def _new(self, instance: Instance, url: str, seconds: float) -> Token:
        form = {
            "grant_type": "client_credentials",
            "client_id": instance.user,
            "client_secret": instance.secret,
        }
        asked_at = self._now()
        try:
            answer = self._http.send("POST", url, FORM, urlencode(form).encode(), seconds=seconds)
        except (NotSent, AnswerLost) as error:  # the ticket was surely not written
            raise Unreachable(error.host, f"its token endpoint: {error.reason}") from None
        document = document_of(answer)
        if answer.status != 200 or document is None:
            raise self._refusal(answer, instance, url)
        text = document.get("access_token")
        if not isinstance(text, str) or not TOKEN.fullmatch(text):
            raise Unavailable(200, "its token endpoint gives no token", None)
        life = _life(document)
        return Token(instance, text, asked_at + life - min(MARGIN, life / 10))

    def _refusal(
        self, answer: HttpAnswer, instance: Instance, url: str
    ) -> LoginRefused | Throttled | Unavailable:
        said = said_by(document_of(answer))
        wait = asked_wait(answer.headers, self._now())
        if answer.status == 429:
            return Throttled(wait, hourly_limit(answer.headers))
        if answer.status in REFUSALS:
            return LoginRefused(urlsplit(url).hostname or "", said, instance.version)
        return Unavailable(answer.status, f"its token endpoint: {said}", wait)


def _life(document: Mapping[str, Any]) -> timedelta:
    said = document.get("expires_in")
    text = str(said) if isinstance(said, int | str) else ""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        return USUAL_LIFE
    return min(timedelta(seconds=int(text)), LONGEST_LIFE)
