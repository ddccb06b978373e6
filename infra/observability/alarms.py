"""Makes the alarms that the rules want for the things that there are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from infra.complete.intrinsics import Value, arn, resource, sub
from infra.complete.names import pascal
from infra.observability.reading import SCHEDULED, Dimensions, Kind, Thing
from infra.observability.rule import Group, Rule, Watch
from infra.observability.rules import RULES
from infra.observability.signals import signal

MOST_METRICS = 10  # AWS's limit for one alarm
BASIC = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")  # others are percentiles
TOPIC = arn("sns", "fileferry-${Stage}-alarms")


@dataclass(frozen=True)
class Alarm:
    """`name` is the alarm's name behind `fileferry-<stage>-`."""

    rule: Rule
    thing: Thing
    name: str
    resource: Value

    @property
    def id(self) -> str:
        return pascal(self.name)

    @property
    def condition(self) -> str:
        """Under which it is there. It is the thing's own stack that describes it."""
        return str(self.resource.get("Condition", ""))


def alarms_of(there: Sequence[Thing], rules: Iterable[Rule] = RULES) -> list[Alarm]:
    """In the order of the rules. Raises LookupError for a metric of ours that nobody emits."""
    services = {thing.stack: thing for thing in there if thing.kind is Kind.SERVICE}
    return [
        alarm
        for rule in rules
        for thing in there
        if rule.applies_to(thing, frozenset(services))
        for alarm in _alarms(rule, thing, services)
    ]


def _alarms(rule: Rule, thing: Thing, services: Mapping[str, Thing]) -> Iterator[Alarm]:
    """One alarm, or several where a thing has more parts than an alarm takes metrics."""
    if not _emitted(rule, thing):
        return
    places = [thing.place, *(thing.parts if rule.parts else ())]
    each = MOST_METRICS // len(rule.watch)
    for start in range(0, len(places), each):
        some, number = places[start : start + each], str(start // each + 1) if start else ""
        name = "-".join(filter(None, (thing.name, rule.ending, number)))
        condition = thing.facts.get(SCHEDULED) if rule.while_scheduled else thing.condition
        attributes = {"Condition": condition} if condition else {}
        properties = _properties(rule, thing, name, _watched(rule, thing, some, services))
        made = resource("CloudWatch::Alarm", properties, **attributes)
        yield Alarm(rule, thing, name, made)


def _emitted(rule: Rule, thing: Thing) -> bool:
    """Whether it is about metrics that the thing has. Raises LookupError for one of ours that
    nobody emits."""
    if thing.kind is Kind.LOG_FILTER:
        return [thing.facts["metric"]] == [watch.metric for watch in rule.watch.values()]
    if thing.kind is not Kind.SERVICE:
        return True
    if rule.only:
        for watch in rule.watch.values():
            signal(watch.metric, watch.of or thing.stack)
    return True


def _watched(
    rule: Rule, thing: Thing, places: Sequence[Dimensions], services: Mapping[str, Thing]
) -> Value:
    """The properties that say what is watched."""
    metrics = {
        f"{key}_{number}" if number else key: _metric(watch, services.get(watch.of, thing), place)
        for number, place in enumerate(places)
        for key, watch in rule.watch.items()
    }
    if len(metrics) == 1 and not rule.expression:
        [(watch, metric)] = zip(rule.watch.values(), metrics.values(), strict=True)
        kind = "Statistic" if watch.stat in BASIC else "ExtendedStatistic"
        return {**metric, kind: watch.stat, "Period": rule.period}
    expression = rule.expression or " + ".join(f"FILL({key}, 0)" for key in metrics)
    stats = [watch.stat for _ in places for watch in rule.watch.values()]
    queries = [
        {
            "Id": key,
            "ReturnData": False,
            "MetricStat": {"Stat": stat, "Period": rule.period, "Metric": metric},
        }
        for (key, metric), stat in zip(metrics.items(), stats, strict=True)
    ]
    return {"Metrics": [{"Id": "result", "Expression": expression, "Label": rule.name}, *queries]}


def _metric(watch: Watch, thing: Thing, place: Dimensions) -> Value:
    dimensions = thing.place if watch.of else place
    return {
        "Namespace": thing.namespace,
        "MetricName": watch.metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
    }


def _properties(rule: Rule, thing: Thing, name: str, watched: Value) -> Value:
    below = rule.below is not None
    properties = {
        "AlarmName": sub(f"fileferry-${{Stage}}-{name}"),
        "AlarmDescription": described(rule, thing),
        "ComparisonOperator": "LessThanThreshold" if below else "GreaterThanThreshold",
        "Threshold": rule.below if below else rule.above,
        "EvaluationPeriods": rule.out_of,
        "DatapointsToAlarm": rule.points,
        "TreatMissingData": rule.missing,
        **watched,
    }
    if rule.group is Group.ALONE:
        properties["AlarmActions"] = properties["OKActions"] = [TOPIC]
    return properties


def described(rule: Rule, thing: Thing) -> Value:
    what = f"fileferry-${{Stage}}-{thing.name}" if thing.kind is not Kind.SERVICE else thing.name
    told = " ".join(filter(None, (thing.facts.get("Told"), rule.told.format(what=what))))
    return sub(f"{told} {runbook(rule.name)}")


def runbook(name: str) -> str:
    return f"Runbook: ${{Runbooks}}docs/runbooks/{name}.md"
