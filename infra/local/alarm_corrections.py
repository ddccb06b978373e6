"""Corrections of MiniStack's alarms. They look at the dimensions, at each period and at missing
data, know metric math, ring by themselves, and there are alarms of alarms in templates.

Stock MiniStack adds all dimensions of a metric up, asks only when somebody puts a metric, and lets
a template have neither metric math nor a composite alarm.
"""

import threading
import time
from collections.abc import Mapping
from typing import Any

import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.cloudwatch as cloudwatch

from infra.local.anchors import expect
from infra.local.gateway_corrections import uses
from infra.local.metric_math import Series, value_of
from infra.local.metric_sources import count_what_aws_counts, sample_queues

TICK_SECONDS = 5.0
COMPOSITE = "AWS::CloudWatch::CompositeAlarm"
LATE_SECONDS = 7_200.0  # a value of the past may be put behind one of now
WAITING = 120.0  # CloudWatch's own, where an alarm does not say
Alarm = dict[str, Any]
_held: dict[str, tuple[float, tuple[Any, ...]]] = {}  # by alarm: until when, and its transition
_tell = cloudwatch._dispatch_alarm_actions


def correct_alarms() -> None:
    known = provisioners._RESOURCE_HANDLERS
    expect(COMPOSITE not in known, "templates may have composite alarms now")
    expect(uses(provisioners._cw_metric_alarm_record, "metric math"), "alarms of templates moved")
    expect(uses(cloudwatch._evaluate_all_alarms, "_evaluate_alarm"), "the evaluation moved")
    expect(uses(cloudwatch._transition_composite, "_dispatch_alarm_actions"), "actions moved")
    record = provisioners._cw_metric_alarm_record

    def with_metrics(name: str, props: Alarm) -> Alarm:
        """Metric math has no metric of its own, so a name stands in until it is stored."""
        if not props.get("Metrics"):
            return dict(record(name, props))
        plain = {**props, "MetricName": "-", "Namespace": "-", "Metrics": None}
        none = {"MetricName": None, "Namespace": None, "Statistic": None, "Period": None}
        return {**record(name, plain), **none, "Metrics": _numbered(props["Metrics"])}

    provisioners._cw_metric_alarm_record = with_metrics
    cloudwatch._evaluate_alarm = evaluate
    cloudwatch._dispatch_alarm_actions = tell_unless_suppressed
    known[COMPOSITE] = {
        "create": lambda _, props, __: put_composite(props),
        "update": lambda _, __, props, ___: put_composite(props),
        "delete": lambda name, _: cloudwatch._composite_alarms.pop(name, None),
    }
    count_what_aws_counts()
    threading.Thread(target=_tick, daemon=True, name="alarms").start()


def _numbered(queries: list[Alarm]) -> list[Alarm]:
    """The template's numbers and truths, which may have come as text."""
    done = []
    for each in queries:
        made = {**each, "ReturnData": str(each.get("ReturnData", True)).lower() == "true"}
        if stat := each.get("MetricStat"):
            made["MetricStat"] = {**stat, "Period": int(stat["Period"])}
        done.append(made)
    return done


def put_composite(props: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    status, _, body = cloudwatch._put_composite_alarm({}, dict(props), False, True)
    if status >= 400:
        raise ValueError(f"composite alarm {props['AlarmName']} refused: {body!r}")
    alarm = cloudwatch._composite_alarms[props["AlarmName"]]
    alarm |= {name: value for name, value in props.items() if name.startswith("ActionsSuppressor")}
    return alarm["AlarmName"], {"Arn": alarm["AlarmArn"]}


def evaluate(alarm: Alarm) -> None:
    """An alarm rings when enough of its last periods were beyond the threshold."""
    seen = _series(alarm)
    if seen is None:
        return
    missing = alarm.get("TreatMissingData", "missing")
    beyond = [_beyond(alarm, each, missing) for each in seen]
    there = [each for each in beyond if each is not None]
    if not there:
        new = alarm["StateValue"] if missing == "ignore" else "INSUFFICIENT_DATA"
    else:
        needed = int(alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"])
        new = "ALARM" if sum(there) >= needed else "OK"
    old = alarm["StateValue"]
    if new == old:
        return
    reason = f"Threshold {alarm['Threshold']:g}: the last periods were {list(seen)}"
    alarm |= {"StateValue": new, "StateReason": reason, "StateUpdatedTimestamp": int(time.time())}
    cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
    cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _beyond(alarm: Alarm, value: float | None, missing: str) -> bool | None:
    if value is None:
        return {"breaching": True, "notBreaching": False}.get(missing)
    threshold = float(alarm["Threshold"])
    return {
        "GreaterThanThreshold": value > threshold,
        "GreaterThanOrEqualToThreshold": value >= threshold,
        "LessThanThreshold": value < threshold,
        "LessThanOrEqualToThreshold": value <= threshold,
    }[alarm["ComparisonOperator"]]


def _series(alarm: Alarm) -> Series | None:
    periods, now = int(alarm["EvaluationPeriods"]), time.time()
    queries = alarm.get("Metrics")
    if not queries:
        stat = alarm.get("ExtendedStatistic") or alarm["Statistic"]
        return _values(alarm, stat, int(alarm["Period"]), periods, now)
    metrics = {
        each["Id"]: _values(
            each["MetricStat"]["Metric"],
            each["MetricStat"]["Stat"],
            each["MetricStat"]["Period"],
            periods,
            now,
        )
        for each in queries
        if "MetricStat" in each
    }
    [watched] = [each for each in queries if each["ReturnData"]]
    return value_of(watched["Expression"], metrics, periods)


def _values(metric: Alarm, stat: str, period: int, periods: int, now: float) -> Series:
    dimensions = cloudwatch._dims_from_list(metric.get("Dimensions") or [])
    key = (metric["Namespace"], metric["MetricName"], cloudwatch._dims_key(dimensions))
    inside: list[list[Alarm]] = [[] for _ in range(periods)]
    for point in reversed(cloudwatch._metrics.get(key) or []):
        age = now - point["Timestamp"]
        if age >= periods * period + LATE_SECONDS:
            break
        if age >= periods * period:
            continue
        inside[-1 - max(0, int(age // period))].append(point)
    return [
        cloudwatch._stat_value(cloudwatch._calc_stats(points), stat, points) if points else None
        for points in inside
    ]


def tell_unless_suppressed(alarm: Alarm, *transition: Any) -> None:  # noqa: ANN401
    """A composite waits whether its suppressor rings, too, and is quiet as long as that does."""
    _held.pop(alarm["AlarmName"], None)
    if not alarm.get("ActionsSuppressor") or transition[1] != "ALARM":
        _tell(alarm, *transition)
        return
    wait = float(alarm.get("ActionsSuppressorWaitPeriod", WAITING))
    _held[alarm["AlarmName"]] = (time.time() + wait, transition)


def _release() -> None:
    for name, (until, transition) in list(_held.items()):
        alarm = cloudwatch._composite_alarms.get(name)
        if alarm is None:
            del _held[name]
            continue
        suppressor = str(alarm["ActionsSuppressor"]).rpartition(":alarm:")[2]
        others = (cloudwatch._alarms.get(suppressor), cloudwatch._composite_alarms.get(suppressor))
        if any(other and other["StateValue"] == "ALARM" for other in others):
            longer = float(alarm.get("ActionsSuppressorExtensionPeriod", WAITING))
            _held[name] = (time.time() + longer, transition)
        elif time.time() >= until:
            del _held[name]
            _tell(alarm, *transition)


def _tick() -> None:
    while True:
        time.sleep(TICK_SECONDS)
        try:
            sample_queues()
            cloudwatch._evaluate_all_alarms()
            _release()
        except Exception:
            cloudwatch.logger.exception("alarms were not looked at")
