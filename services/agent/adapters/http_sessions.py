"""Sessions of users in auth, by our REST API. Fields that a later auth adds are ignored."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, SecretStr

from contracts import caller as contract
from kernel.caller import Caller
from runtime.callers import caller_of
from runtime.rest_api import Request, RestApi
from services.agent.adapters.http_api import HttpApi
from services.agent.domain.errors import ApiAway, ApiRefused
from services.agent.domain.teams import Tokens
from services.agent.domain.teams_errors import HandoverOver, SessionOver
from services.agent.domain.teams_ports import Handover

M = TypeVar("M", bound=BaseModel)
NOT_LET_IN = 401
# Of one call: with the model's 25 s and the answer to Teams all of them end before the worker does.
SECONDS = 4.0


class _Code(BaseModel):
    code: SecretStr
    expires_at: AwareDatetime


class _Tokens(BaseModel):
    access_token: SecretStr
    refresh_token: SecretStr
    expires_in_seconds: int
    session_expires_at: AwareDatetime


class _Session(BaseModel):
    id: str


class _Me(BaseModel):
    user: str
    roles: tuple[contract.Role, ...]
    grants: contract.Grants
    session: _Session


class HttpSessions:
    def __init__(self, api: RestApi, now: Callable[[], datetime]) -> None:
        self._api, self._now = api, now

    def hand_over(self, token: SecretStr) -> Handover:
        request = Request("POST", "/api/auth/handovers", body={"to": "teams"})
        told = self._asked("make_handover", request, token, _Code)
        return Handover(told.code, told.expires_at)

    def redeem(self, code: SecretStr) -> Tokens:
        body = {"code": code.get_secret_value()}
        request = Request("POST", "/api/auth/handovers/redeem", body=body)
        return self._tokens("redeem_handover", request, HandoverOver)

    def refresh(self, token: SecretStr) -> Tokens:
        body = {"refresh_token": token.get_secret_value()}
        return self._tokens("refresh", Request("POST", "/api/refresh", body=body), SessionOver)

    def caller(self, access: SecretStr) -> Caller:
        try:
            me = self._asked("read_me", Request("GET", "/api/me"), access, _Me)
        except ApiRefused as refused:
            raise _over(refused, SessionOver) from refused
        return caller_of(
            contract.Caller(
                user=me.user, session_id=me.session.id, roles=me.roles, grants=me.grants
            )
        )

    def end(self, access: SecretStr) -> None:
        try:
            self._called("logout", Request("POST", "/api/logout"), access)
        except ApiRefused as refused:
            raise _over(refused, SessionOver) from refused

    def _tokens(
        self, operation: str, request: Request, over: type[HandoverOver | SessionOver]
    ) -> Tokens:
        asked_at = self._now()
        try:
            told = self._asked(operation, request, None, _Tokens)
        except ApiRefused as refused:
            raise _over(refused, over) from refused
        until = asked_at + timedelta(seconds=told.expires_in_seconds)
        return Tokens(told.access_token, told.refresh_token, until, told.session_expires_at)

    def _asked(
        self, operation: str, request: Request, token: SecretStr | None, model: type[M]
    ) -> M:
        told = self._called(operation, request, token)
        try:
            return model.model_validate_json(json.dumps(told))
        except ValueError:
            raise ApiAway(operation, "its answer cannot be read") from None

    def _called(self, operation: str, request: Request, token: SecretStr | None) -> object:
        found: object = HttpApi(self._api, token, lambda: SECONDS).call(operation, request)
        return found


def _over(refused: ApiRefused, over: type[HandoverOver | SessionOver]) -> Exception:
    return over() if refused.answered == NOT_LET_IN else refused
