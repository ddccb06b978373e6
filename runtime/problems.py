"""The one mapping of errors to HTTP problems.

An error with a `status` and a `code` is answered with them. A service names the status of others:
    Problems({SourceForbidden: 403, SourceError: 404, PartnerError: 502})
Any other error is a 500 that tells only the request id.
"""

from collections.abc import Mapping

from contracts.problem import FieldError, Problem, title_of
from runtime.telemetry import logger


class RequestRefused(Exception):
    """The request is refused before any use case sees it. `errors` name field and value."""

    def __init__(
        self, status: int, code: str, detail: str, errors: tuple[FieldError, ...] = ()
    ) -> None:
        self.status, self.code, self.errors = status, code, errors
        super().__init__(detail)


class Problems:
    def __init__(self, statuses: Mapping[type[Exception], int]) -> None:
        self._statuses = dict(statuses)

    def of(self, error: Exception, instance: str, request_id: str) -> Problem:
        """The answer to `error`. Also logs the error, with its stack when it is unknown."""
        status, code, detail = self._status(error), getattr(error, "code", None), str(error)
        if status is None or not isinstance(code, str):
            logger().exception("request failed", error=type(error).__name__, code="internal_error")
            status, code = 500, "internal_error"
            detail = f"Something went wrong on our side. Tell us the request id {request_id}."
        else:
            logger().info("request refused", error=type(error).__name__, code=code, status=status)
        return Problem(
            type=f"urn:fileferry:problem:{code}",
            title=title_of(status),
            status=status,
            detail=detail,
            instance=instance,
            code=code,
            request_id=request_id,
            errors=_errors(error),
        )

    def _status(self, error: Exception) -> int | None:
        own = getattr(error, "status", None)
        if isinstance(own, int):
            return own
        return next((self._statuses[c] for c in type(error).__mro__ if c in self._statuses), None)


def _errors(error: Exception) -> tuple[FieldError, ...]:
    if isinstance(error, RequestRefused):
        return error.errors
    field, value, advice = (getattr(error, name, None) for name in ("field", "value", "advice"))
    if isinstance(field, str) and isinstance(value, str) and isinstance(advice, str):
        return (FieldError(field=field, value=value, message=advice),)
    return ()
