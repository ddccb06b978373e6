"""A meter in memory."""

from dataclasses import dataclass, field

from kernel.metering import Unit


@dataclass
class InMemoryMeter:
    """Every value, in the order in which it was added."""

    values: dict[str, list[float]] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    flushed: int = 0

    def add(self, name: str, value: float = 1, unit: Unit = Unit.COUNT) -> None:
        self.values.setdefault(name, []).append(value)
        assert self.units.setdefault(name, unit) is unit, f"{name} has two units"

    def flush(self) -> None:
        self.flushed += 1

    def sum(self, name: str) -> float:
        return sum(self.values.get(name, ()))
