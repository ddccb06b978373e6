"""Logs and counts what could not be done, and is tried again."""

from runtime.batches import count_failure
from runtime.telemetry import logger


def report(error: Exception, subject: str, *, again: bool) -> None:
    count_failure(error, again=again)
    name, code = type(error).__name__, getattr(error, "code", None)
    logger().error("not done, tried again", exc_info=error, error=name, code=code, subject=subject)
