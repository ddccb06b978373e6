"""What services measure of themselves. infra/observability/signals.py says what each name means."""

from enum import StrEnum
from typing import Protocol


class Unit(StrEnum):
    """As CloudWatch calls it."""

    COUNT = "Count"
    SECONDS = "Seconds"
    BYTES = "Bytes"
    PERCENT = "Percent"


class Meter(Protocol):
    """Calls nothing outside. What was added goes out at the end of the invocation, also of one that
    fails."""

    def add(self, name: str, value: float = 1, unit: Unit = Unit.COUNT) -> None: ...

    def flush(self) -> None:
        """Has it go out now, where the invocation lasts for long."""
        ...
