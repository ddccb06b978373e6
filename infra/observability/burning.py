"""Alarms on how fast the budget of errors burns: of the API's answers, and of transfers."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.observability.reading import Kind
from infra.observability.rule import HOUR, MINUTE, Group, Rule, Watch

BURN = "IF({bad} > {spared}, 100 * {bad} / {all}, 0)"


@dataclass(frozen=True)
class Window:
    """A budget that is to last for 30 days is spent `times` as fast. So 2 % of it are gone within
    the fast windows' hour, and 5 % within the slow ones' six. The short window of each pair makes
    the alarm end soon after the trouble does. As many failures as are `spared` never burn."""

    name: str
    period: int
    times: float
    spared: int = 0


# With few calls a single failure would be a whole budget, so the long windows spare it. A short one
# may not: of synthetic transfers there is only one in five minutes.
FAST = (Window("1h", HOUR, 14.4, spared=1), Window("5m", 5 * MINUTE, 14.4))
SLOW = (Window("6h", 6 * HOUR, 6, spared=1), Window("30m", 30 * MINUTE, 6))
AVAILABLE_PERCENT = 99.9
SUCCEEDED_PERCENT = 98
ENDED_WELL = {
    "completed": Watch("TransfersCompleted"),
    "synthetic_completed": Watch("SyntheticCompleted", of="synthetic"),
}
ENDED_BADLY = {
    "failed": Watch("TransfersFailed"),
    "synthetic_failed": Watch("SyntheticFailed", of="synthetic"),
}


def _filled(names: Mapping[str, Watch]) -> str:
    return "(" + " + ".join(f"FILL({name}, 0)" for name in names) + ")"


AVAILABILITY = tuple(
    Rule(
        "slo-availability",
        Kind.REST_API,
        f"In {window.name} the API failed {window.times:g} times as often as"
        f" {AVAILABLE_PERCENT:g} % allow.",
        {"errors": Watch("5XXError"), "calls": Watch("Count")},
        group,
        ending=f"availability-{window.name}",
        expression=BURN.format(bad="errors", all="calls", spared=window.spared),
        above=round(window.times * (100 - AVAILABLE_PERCENT), 3),
        period=window.period,
    )
    for group, windows in ((Group.AVAILABLE_FAST, FAST), (Group.AVAILABLE_SLOW, SLOW))
    for window in windows
)


SUCCESS = tuple(
    Rule(
        "slo-success",
        Kind.SERVICE,
        f"In {window.name} transfers, the synthetic ones among them, failed {window.times:g} times"
        f" as often as {SUCCEEDED_PERCENT} % allow.",
        {**ENDED_WELL, **ENDED_BADLY},
        group,
        ending=f"success-{window.name}",
        expression=BURN.format(
            bad=_filled(ENDED_BADLY),
            all=_filled(ENDED_WELL | ENDED_BADLY),
            spared=window.spared,
        ),
        above=round(window.times * (100 - SUCCEEDED_PERCENT), 3),
        period=window.period,
        only=("transfer",),
        needs=("synthetic",),
    )
    for group, windows in ((Group.SUCCESS_FAST, FAST), (Group.SUCCESS_SLOW, SLOW))
    for window in windows
)
