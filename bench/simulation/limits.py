"""The limits of a stage, from its templates and settings."""

from dataclasses import dataclass
from typing import Any

from infra.complete.names import snake
from infra.cost.stage import Stage
from services.transfer.domain.ports import Policy
from services.transfer.settings import TransferSettings

UNRESERVED = 100  # Lambda keeps so many for functions that reserve none


@dataclass(frozen=True)
class Limits:
    """`account` is what lane workers and steps of workflows may use together. Rates are requests a
    second, of all callers and of one."""

    lane_workers: int
    account: int
    api_rate: float
    api_burst: int
    key_rate: float
    key_burst: int
    turn_seconds: float
    policy: Policy


def limits_of(stage: Stage, concurrency: int) -> Limits:
    """`concurrency` is the account's. What functions reserve is theirs, if that is possible."""
    numbers = stage.numbers
    known = TransferSettings.model_fields
    given = {snake(name): value for name, value in numbers.items() if snake(name) in known}
    whole: dict[str, Any] = {
        name: int(value) if known[name].annotation is int else value
        for name, value in given.items()
    }
    settings = TransferSettings.model_construct(None, **whole)
    reserved = sum(each.reserved or 0 for each in stage.functions)
    possible = reserved + UNRESERVED <= concurrency
    return Limits(
        lane_workers=settings.lane_concurrency,
        account=concurrency - reserved if possible else concurrency,
        api_rate=numbers["ThrottleRate"],
        api_burst=int(numbers["ThrottleBurst"]),
        key_rate=numbers["KeyRate"],
        key_burst=int(numbers["KeyBurst"]),
        turn_seconds=settings.lane_turn_seconds,
        policy=settings.policy,
    )
