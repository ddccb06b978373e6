"""What CloudWatch would refuse of an alarm, or of an alarm of alarms."""

import re
from collections.abc import Iterator

from infra.lint.expansion import Expansion
from infra.lint.physical import text_of
from infra.templates import Template

MOST_METRICS = 10
MOST_CHILDREN = 100
LONGEST_RULE = 10_240
LONGEST_DESCRIPTION = 1_024
HOUR, DAY = 3_600, 86_400
LONGEST_LOOK = {True: DAY, False: 7 * DAY}  # whether the period is shorter than an hour
CHILD = re.compile(r"""\b(?:ALARM|OK|INSUFFICIENT_DATA)\(""")
FUNCTIONS = {"AVG", "CEIL", "FILL", "FLOOR", "IF", "MAX", "METRICS", "MIN", "SUM"}
WORD = re.compile(r"\b[A-Za-z_]\w*")


def limit_problems(expansion: Expansion, alarm: Template) -> Iterator[str]:
    """`alarm` are the properties of either kind."""
    description = text_of(expansion, alarm.get("AlarmDescription", ""))
    if len(description) > LONGEST_DESCRIPTION:
        yield f"Its description has {len(description)} characters, AWS takes {LONGEST_DESCRIPTION}."
    rule = text_of(expansion, alarm.get("AlarmRule", ""))
    if len(rule) > LONGEST_RULE:
        yield f"Its rule has {len(rule)} characters, AWS takes {LONGEST_RULE}."
    if (children := len(CHILD.findall(rule))) > MOST_CHILDREN:
        yield f"Its rule names {children} alarms, AWS takes {MOST_CHILDREN}."
    yield from _of_queries(alarm.get("Metrics", []))
    yield from _of_periods(alarm)


def _of_queries(queries: list[Template]) -> Iterator[str]:
    metrics = [each["Id"] for each in queries if "MetricStat" in each]
    if len(metrics) > MOST_METRICS:
        yield f"It watches {len(metrics)} metrics, AWS takes {MOST_METRICS}."
    if queries and sum(each.get("ReturnData", True) for each in queries) != 1:
        yield "Not exactly one of its Metrics has ReturnData: only that one is the alarm's."
    ids = {each["Id"] for each in queries}
    for each in queries:
        unknown = set(WORD.findall(each.get("Expression", ""))) - ids - FUNCTIONS
        for word in sorted(unknown):
            yield f"Its expression has {word}, which is no Id of its Metrics: correct it."


def _of_periods(alarm: Template) -> Iterator[str]:
    stats = [each["MetricStat"] for each in alarm.get("Metrics", []) if "MetricStat" in each]
    periods = {int(each["Period"]) for each in (*stats, *([alarm] if "Period" in alarm else []))}
    if len(periods) > 1:
        yield f"Its metrics have the periods {sorted(periods)}: give all the same."
    for period in periods:
        looks, most = period * int(alarm.get("EvaluationPeriods", 1)), LONGEST_LOOK[period < HOUR]
        if looks > most:
            yield f"It looks back {looks} s, AWS takes {most} s with a period of {period} s."
        if int(alarm.get("DatapointsToAlarm", 1)) > int(alarm.get("EvaluationPeriods", 1)):
            yield "Its DatapointsToAlarm is more than its EvaluationPeriods."
