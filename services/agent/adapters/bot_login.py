"""The token with which our bot speaks to Teams (OAuth 2.0, client credentials)."""

import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from botocore.client import BaseClient
from pydantic import SecretStr

from runtime.guarded_http import CallFailed, GuardedHttp, HttpAnswer
from services.agent.domain.teams_errors import ConnectorAway, ConnectorRefused

SCOPE = "https://api.botframework.com/.default"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
RESERVE_SECONDS = 120.0  # a token that ends within a call is of no use
OK, TOO_MANY, FIRST_FAULT = 200, 429, 500


def app_secret(client: BaseClient, secret_id: str) -> Callable[[], str]:
    """Is read for each login, about once an hour, so that a new value counts soon."""
    return lambda: str(client.get_secret_value(SecretId=secret_id)["SecretString"]).strip()


class BotLogin:
    def __init__(
        self,
        http: GuardedHttp,
        token_url: str,
        app_id: str,
        secret: Callable[[], str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http, self._token_url, self._app_id = http, token_url, app_id
        self._secret, self._monotonic = secret, monotonic
        self._known: tuple[SecretStr, float] | None = None

    def token(self, seconds: float) -> SecretStr:
        """Raises ConnectorAway, ConnectorRefused."""
        if self._known is None or self._monotonic() >= self._known[1]:
            self._known = self._asked(seconds)
        return self._known[0]

    def forget(self) -> None:
        """Teams did not take it."""
        self._known = None

    def _asked(self, seconds: float) -> tuple[SecretStr, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._app_id,
            "client_secret": self._secret(),
            "scope": SCOPE,
        }
        at = self._monotonic()
        try:
            answer = self._http.send(
                "POST", self._token_url, FORM, urlencode(form).encode(), seconds=seconds
            )
        except CallFailed as failed:
            raise ConnectorAway(f"the login {failed}") from None
        told = _json(answer)
        token, lasts = told.get("access_token"), told.get("expires_in")
        if answer.status == OK and isinstance(token, str) and isinstance(lasts, int):
            return SecretStr(token), at + lasts - RESERVE_SECONDS
        why = f"the login answered {answer.status} {told.get('error', '')}".strip()[:200]
        if answer.status == TOO_MANY or answer.status >= FIRST_FAULT or answer.status == OK:
            raise ConnectorAway(why)
        raise ConnectorRefused(why)


def _json(answer: HttpAnswer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
