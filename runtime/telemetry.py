"""Logs, traces and metrics of one process. They are made on first use and never at import.

    logger().info("transfer started", transfer_id=transfer.id)   # a constant phrase plus fields
    correlate(transfer.correlation_id)                           # in every line from here on
    TelemetryMeter().add("BytesRead", 42, Unit.BYTES)            # flushed by the entrypoint

Powertools reads POWERTOOLS_SERVICE_NAME, POWERTOOLS_METRICS_NAMESPACE and LOG_LEVEL itself.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics, Tracer, single_metric
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.metrics import MetricUnit

from kernel.metering import Unit

_SECRET = re.compile(r"(?i)passw|passphrase|private.?key|secret|token|authori|credential|cookie")


def redacted(value: Any, name: str = "") -> Any:  # noqa: ANN401 - any JSON value
    """Replaces everything under a name that sounds like a secret, at any depth of `value`."""
    if _SECRET.search(name) and value is not None:
        return "***"
    if isinstance(value, dict):
        return {key: redacted(each, str(key)) for key, each in value.items()}
    return [redacted(each) for each in value] if isinstance(value, list | tuple) else value


class RedactingFormatter(LambdaPowertoolsFormatter):
    def serialize(self, log: Any) -> str:  # noqa: ANN401 - as the class it overrides
        return super().serialize(redacted(log))


@cache
def logger() -> Logger:
    return Logger(logger_formatter=RedactingFormatter(utc=True, use_rfc3339=True))


@cache
def tracer() -> Tracer:
    """Traces calls to AWS. By default the tracer looks for all libraries that it knows, and imports
    those it finds. So it patches botocore only, and code with another library asks for it with
    `tracer().patch(["httpx"])`."""
    return Tracer(patch_modules=["botocore"])


@cache
def metrics() -> Metrics:
    return Metrics()


class TelemetryMeter:
    """Implements Meter by CloudWatch's embedded metric format: a line of the log is the metric, so
    it costs no call. Under the name of the service, and no other dimension."""

    def add(self, name: str, value: float = 1, unit: Unit = Unit.COUNT) -> None:
        metrics().add_metric(name, MetricUnit(unit.value), value)

    def flush(self) -> None:
        flush_metrics()


def count_one(name: str) -> None:
    """Counts one more `name` for this service. The entrypoint flushes the count."""
    TelemetryMeter().add(name)


def flush_metrics() -> None:
    """Writes what was added since the last time. Powertools warns when there is nothing."""
    if metrics().provider.metric_set:
        metrics().flush_metrics()


class VersionFailures:
    """How often the running version of the function did what it should not. The entrypoint writes
    the count at the end of the invocation, under function and version, so that a canary's alarm
    blames no version for another one."""

    NAME = "VersionFailures"

    def __init__(self) -> None:
        self._count = 0

    def add(self) -> None:
        self._count += 1

    def write(self, function: str, version: str) -> None:
        count, self._count = self._count, 0
        if not count:
            return
        own = {
            "service": str(metrics().provider.service),
            "function_name": function,
            "version": version,
        }
        with single_metric(self.NAME, MetricUnit.Count, count, default_dimensions=own):
            pass


@cache
def version_failures() -> VersionFailures:
    return VersionFailures()


def correlate(correlation_id: str) -> None:
    """Puts `correlation_id` into every line from here to the end of the invocation."""
    logger().set_correlation_id(correlation_id)


def correlation_id() -> str:
    """The correlation id of the invocation. The entrypoint sets one before anything else runs."""
    return logger().get_correlation_id() or "none"


@contextmanager
def own_fields(**fields: object) -> Iterator[None]:
    """Every line inside the context has `fields`. No line after it has them, or any other field
    that was added inside."""
    before = dict(logger().get_current_keys())
    logger().append_keys(**fields)
    try:
        yield
    finally:
        logger().clear_state()
        logger().append_keys(**before)
