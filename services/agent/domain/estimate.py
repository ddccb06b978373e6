"""How long a transfer takes, from how long others took."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """`low_seconds` to `high_seconds` holds 80 of 100. The four figures are None while too few are
    known. `basis` says in words from what they come."""

    seconds: float | None
    low_seconds: float | None
    high_seconds: float | None
    success_percent: float | None
    counted: int
    basis: str
