"""A promise that breaks is told also while nobody but the synthetic transfer uses the stage."""

import pytest

from infra.local.metric_math import value_of
from infra.observability.burning import SUCCESS
from infra.observability.rule import Rule

BY_WINDOW = {rule.ending.removeprefix("success-"): rule for rule in SUCCESS}


def burns(rule: Rule, synthetic: int, failed: int) -> bool:
    """When `failed` of the `synthetic` transfers did, and there were no others."""
    seen = {"synthetic_failed": failed, "synthetic_completed": synthetic - failed}
    series = {name: [float(seen[name]) if name in seen else None] for name in rule.watch}
    [percent] = value_of(rule.expression, series, 1)
    return percent is not None and percent > rule.above


@pytest.mark.parametrize(
    ("window", "synthetic", "failed", "burning"),
    [
        ("5m", 1, 1, True),
        ("5m", 1, 0, False),
        ("30m", 6, 1, True),
        ("1h", 12, 3, False),
        ("1h", 12, 4, True),
        ("6h", 72, 8, False),
        ("6h", 72, 9, True),
    ],
)
def test_synthetic_transfers_alone_can_burn_a_budget(
    window: str, synthetic: int, failed: int, burning: bool
) -> None:
    assert burns(BY_WINDOW[window], synthetic, failed) is burning


@pytest.mark.parametrize(("long", "short"), [("1h", "5m"), ("6h", "30m")])
def test_a_single_failure_never_burns_both_windows(long: str, short: str) -> None:
    assert burns(BY_WINDOW[short], 1, 1)
    assert not burns(BY_WINDOW[long], 1, 1)
