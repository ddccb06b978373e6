"""Starts every Lambda handler. Gives it its wiring, a correlation id, traces, metrics and logs.

    @entrypoint(wiring.build)
    def handler(event: LambdaEvent, context: LambdaContext, wires: Wiring) -> None:
        ...                                # decode -> ONE use case -> encode

Tests with a wiring of their own call `handler.__wrapped__(event, context, wires)`.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, TypeAlias, TypeVar, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from runtime.smoke_probe import asked_of, passed
from runtime.telemetry import correlate, flush_metrics, logger, metrics, tracer, version_failures

W = TypeVar("W")
R = TypeVar("R")
LambdaEvent: TypeAlias = dict[str, Any]
Act: TypeAlias = Callable[[LambdaEvent, LambdaContext, W], R]
Handler: TypeAlias = Callable[[LambdaEvent, LambdaContext], R]

_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")  # contracts' Id; nothing else gets into the logs


def entrypoint(build: Callable[[], W]) -> Callable[[Act[W, R]], Handler[R]]:
    """The handler gets what `build` made. `build` runs once, at the first invocation."""
    wires = cache(build)

    def decorate(act: Act[W, R]) -> Handler[R]:
        @wraps(act)
        def traced(event: LambdaEvent, context: LambdaContext) -> R:
            made = wires()
            if (asked := asked_of(event)) is not None:
                return cast(R, passed(asked))
            return act(event, context, made)

        @wraps(act)
        def handler(event: LambdaEvent, context: LambdaContext) -> R:
            cold = wires.cache_info().currsize == 0
            _open_log(event, context, cold)
            try:
                run = tracer().capture_lambda_handler(traced, capture_response=False)
                return cast(R, run(event, context))
            except Exception as error:
                _log_failure(error)
                if not _expected(error):
                    version_failures().add()
                raise
            finally:
                _flush_metrics(context, cold)

        return handler

    return decorate


def correlation_id_of(event: Mapping[str, Any]) -> str | None:
    """Finds the id in an event's envelope, an HTTP request or a task. None when there is no valid
    one."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    offers = (
        ((event.get("detail") or {}).get("meta") or {}).get("correlation_id"),
        headers.get("x-correlation-id"),
        event.get("correlation_id"),
        (event.get("requestContext") or {}).get("requestId"),
    )
    return next((each for each in offers if isinstance(each, str) and _ID.fullmatch(each)), None)


def _open_log(event: LambdaEvent, context: LambdaContext, cold: bool) -> None:
    logger().clear_state()
    logger().append_keys(
        function=context.function_name, request_id=context.aws_request_id, cold_start=cold
    )
    correlate(correlation_id_of(event) or context.aws_request_id)


def _log_failure(error: Exception) -> None:
    name, code = type(error).__name__, getattr(error, "code", None)
    if getattr(error, "retryable", False):
        logger().warning("invocation failed, retryable", error=name, code=code, reason=str(error))
    else:
        logger().exception("invocation failed", error=name, code=code)


def _expected(error: Exception) -> bool:
    """Whether the version did as it should when it raised. An error says so by its class."""
    return bool(getattr(error, "retryable", False) or getattr(error, "expected", False))


def _flush_metrics(context: LambdaContext, cold: bool) -> None:
    if cold:
        metrics().provider.add_cold_start_metric(context=context)
    flush_metrics()
    version_failures().write(context.function_name, context.function_version)
