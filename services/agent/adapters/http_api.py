"""One call of our REST API in a user's name, and what its refusal means to the agent."""

from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

from runtime.rest_api import NoAnswer, Refusal, Request, RestApi
from services.agent.domain.errors import ApiAway, ApiRefused

SERVER_FAULT = 500
# Nobody knows whether anything was done: the function ended in the middle, or took too long.
UNCLEAR = frozenset({None, "internal_error", "too_slow"})
LEAST_SECONDS = 0.2  # no call is answered sooner


class HttpApi:
    """`seconds_left` is what the whole turn has left; no call takes longer than its GuardedHttp.
    Public routes need no token."""

    def __init__(
        self, api: RestApi, token: SecretStr | None, seconds_left: Callable[[], float]
    ) -> None:
        self._api, self._token, self._seconds_left = api, token, seconds_left

    def call(self, operation: str, request: Request) -> Any:
        """The document, None where the answer has no body. Raises ApiRefused and ApiAway."""
        seconds = self._seconds_left()
        if seconds < LEAST_SECONDS:
            raise ApiAway(operation, "no time is left")
        try:
            return self._api.call(request, self._token, seconds=seconds)
        except NoAnswer as away:
            raise ApiAway(operation, away.reason) from None
        except Refusal as refused:
            if refused.status >= SERVER_FAULT and refused.code in UNCLEAR:
                raise ApiAway(operation, f"it answered {refused.status}") from None
            code, detail = refused.code or "unknown", refused.detail or "It does not say why."
            raise ApiRefused(operation, refused.status, code, detail) from None
        except ValueError:  # a part of the path that cannot stand there, or half a surrogate pair
            raise ApiRefused(operation, 400, "request_invalid", "There is no such name.") from None
