"""Metric math as CloudWatch does it, and the rules' expressions: when they ring and when not."""

from typing import Any

import pytest

from infra.local.metric_math import Series, value_of
from infra.observability.burning import AVAILABILITY, SUCCESS
from infra.observability.rule import Rule
from infra.observability.rules import ALONE, APIS, FUNCTIONS

NONE: float | None = None
CASES: list[tuple[str, dict[str, Series], Series]] = [
    ("a + b", {"a": [1, NONE], "b": [2, 3]}, [3, NONE]),
    ("FILL(a, 0) + FILL(b, 0)", {"a": [1, NONE], "b": [2, 3]}, [3, 3]),
    ("SUM(METRICS())", {"a": [1, NONE, NONE], "b": [2, 3, NONE]}, [3, 3, NONE]),
    ("SUM(FILL(METRICS(), 0))", {"a": [1, NONE], "b": [2, NONE]}, [3, 0]),
    ("SUM([a, b])", {"a": [1], "b": [2], "c": [3]}, [3]),
    ("IF(n > 0, 100 * e / n, 0)", {"n": [10, 0, NONE], "e": [1, 0, NONE]}, [10, 0, NONE]),
    ("a / b", {"a": [1], "b": [0]}, [NONE]),
    ("MAX(METRICS()) - MIN([a])", {"a": [1], "b": [5]}, [4]),
]


@pytest.mark.parametrize(("expression", "metrics", "value"), CASES, ids=[e for e, _, _ in CASES])
def test_an_expression_has_its_value(
    expression: str, metrics: dict[str, Series], value: Series
) -> None:
    assert list(value_of(expression, metrics, len(value))) == list(value)


@pytest.mark.parametrize("expression", ["RATE(a)", "a if a else a", "SEARCH('x', 'Sum')"])
def test_what_is_not_known_is_refused_by_name(expression: str) -> None:
    with pytest.raises(ValueError, match="does not know"):
        value_of(expression, {"a": [1]}, 1)


def rings(rule: Rule, **metrics: Any) -> bool:  # noqa: ANN401 - a value, or one for each period
    series = {
        key: given if isinstance(given := metrics.get(key), list) else [given] * rule.out_of
        for key in rule.watch
    }
    values = value_of(rule.expression, series, rule.out_of)
    if rule.below is not None:
        return sum(v is not None and v < rule.below for v in values) >= rule.points
    return sum(v is not None and v > rule.above for v in values) >= rule.points


def named(rules: tuple[Rule, ...], name: str, ending: str = "") -> Rule:
    [found] = [r for r in rules if r.name == name and (not ending or r.ending == ending)]
    return found


def test_a_function_rings_by_its_rate_in_two_of_three_minutes() -> None:
    rule = named(FUNCTIONS, "function-errors")
    assert rings(rule, errors=[1, 0, 1], calls=[1, 1, 1])
    assert rings(rule, errors=[6, NONE, 6], calls=[100, NONE, 100])
    assert not rings(rule, errors=[1, 0, 0], calls=[1, 1, 1])
    assert not rings(rule, errors=[5, 5, 5], calls=[100, 100, 100])
    assert not rings(rule)  # nobody calls


def test_the_api_rings_by_its_rate() -> None:
    rule = named(APIS, "api-errors")
    assert rings(rule, errors=[1, 1, 0], calls=[10, 10, 10])
    assert not rings(rule, errors=[1, 1, 1], calls=[100, 100, 100])


@pytest.mark.parametrize(
    ("ending", "most"), [("1h", 1.44), ("5m", 1.44), ("6h", 0.6), ("30m", 0.6)]
)
def test_the_budget_of_availability_burns_above_its_rate(ending: str, most: float) -> None:
    rule = named(AVAILABILITY, "slo-availability", f"availability-{ending}")
    assert rings(rule, errors=most * 101, calls=10_000)
    assert not rings(rule, errors=most * 99, calls=10_000)
    # A single one burns in no long window, and both of a pair have to ring.
    assert rings(rule, errors=1, calls=1) == (ending in ("5m", "30m"))
    assert not rings(rule)


def test_a_synthetic_transfer_that_fails_burns_like_any_other() -> None:
    rule = named(SUCCESS, "slo-success", "success-1h")
    assert rings(rule, failed=2, completed=2)
    assert rings(rule, synthetic_failed=12, synthetic_completed=NONE)
    assert not rings(rule, failed=2, completed=100, synthetic_completed=12)
    assert not rings(rule, completed=100)


def test_few_messages_to_people_that_fail_do_not_ring() -> None:
    rule = named(ALONE, "notifications-failed")
    assert rings(rule, failed=10, sent=5)
    assert rings(rule, failed=10, sent=NONE)
    assert not rings(rule, failed=4, sent=NONE)
    assert not rings(rule, failed=10, sent=20)
