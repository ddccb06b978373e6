"""What a stage has that is paid for, read from its templates as AWS sees them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean
from typing import Any

from infra.lint.deployments import Deployment, aws_deployments
from infra.lint.expansion import Expansion
from infra.lint.judge import deploy

MONTH_HOURS = 730
MINUTES = {"minute": 1, "hour": 60, "day": 1440}
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
GIGABYTE = 1024  # MB of a template


class ScheduleUnknown(Exception):
    """How often something runs that is neither a rate nor a cron expression."""


@dataclass(frozen=True)
class Function:
    """Of `stack`. `provisioned` environments are kept ready for its alias."""

    stack: str
    name: str
    gigabytes: float
    reserved: int | None = None
    provisioned: int = 0


@dataclass(frozen=True)
class Stage:
    """`kinds` counts resources by type. `schedules` has the runs in a month by function."""

    name: str
    functions: Sequence[Function]
    kinds: Mapping[str, int]
    alarm_metrics: int
    own_metrics: int
    acl_rules: int
    interface_zones: int
    polled_queues: int
    schedules: Mapping[str, float]
    numbers: Mapping[str, float]  # of the stacks' parameters

    def function(self, stack: str, name: str) -> Function:
        [found] = [each for each in self.functions if (each.stack, each.name) == (stack, name)]
        return found

    def mean_gigabytes(self, stack: str, *, without: str = "") -> float:
        """A stack without functions calls those of others."""
        sizes = [
            each.gigabytes
            for each in self.functions
            if each.stack == stack and each.name != without
        ]
        return fmean(sizes or [each.gigabytes for each in self.functions])


def stages(deployments: Sequence[Deployment] | None = None) -> dict[str, Stage]:
    """By name. The stacks of one stage follow each other."""
    given = aws_deployments() if deployments is None else deployments
    return {
        name: stage_of(name, [each.expansion for each in deploy(list(group))])
        for name, group in groupby(given, lambda each: each.stage)
    }


def stage_of(name: str, stacks: Sequence[Expansion]) -> Stage:
    alarms = list(_of_kind(stacks, "AWS::CloudWatch::Alarm"))
    mappings = _of_kind(stacks, "AWS::Lambda::EventSourceMapping")
    endpoints = _of_kind(stacks, "AWS::EC2::VPCEndpoint")
    return Stage(
        name=name,
        functions=[each for stack in stacks for each in _functions(stack)],
        kinds=Counter(each["Type"] for stack in stacks for each in stack.resources.values()),
        alarm_metrics=sum(map(_metrics_of, alarms)),
        own_metrics=len({each for alarm in alarms for each in _own_metrics(alarm)}),
        acl_rules=sum(len(each["Rules"]) for each in _of_kind(stacks, "AWS::WAFv2::WebACL")),
        interface_zones=sum(
            len(each.get("SubnetIds", []))
            for each in endpoints
            if each.get("VpcEndpointType") == "Interface"
        ),
        polled_queues=sum("Queue" in str(each["EventSourceArn"]) for each in mappings),
        schedules=dict(_schedules(stacks)),
        numbers={parameter: value for stack in stacks for parameter, value in _numbers(stack)},
    )


def _of_kind(stacks: Sequence[Expansion], kind: str) -> Iterator[Any]:
    return (properties for stack in stacks for _, properties in stack.of_kind(kind))


def _functions(stack: Expansion) -> Iterator[Function]:
    provisioned = {
        alias["FunctionName"]["Ref"]: alias["ProvisionedConcurrencyConfig"]
        for _, alias in stack.of_kind("AWS::Lambda::Alias")
        if "ProvisionedConcurrencyConfig" in alias
    }
    for logical_id, function in stack.of_kind("AWS::Lambda::Function"):
        yield Function(
            stack.deployment.stack,
            logical_id.removesuffix("Function"),
            int(function["MemorySize"]) / GIGABYTE,
            function.get("ReservedConcurrentExecutions"),
            int(provisioned.get(logical_id, {}).get("ProvisionedConcurrentExecutions", 0)),
        )


def _numbers(stack: Expansion) -> Iterator[tuple[str, float]]:
    for name, declared in stack.deployment.template.get("Parameters", {}).items():
        if declared["Type"] == "Number":
            yield name, float(stack.deployment.values.get(name, declared.get("Default", 0)))


def _metrics_of(alarm: Mapping[str, Any]) -> int:
    """CloudWatch takes its price for each metric of an alarm with metric math."""
    return sum("MetricStat" in each for each in alarm.get("Metrics", ())) or 1


def _own_metrics(alarm: Mapping[str, Any]) -> Iterator[str]:
    """Those that our code or a log filter makes. AWS' own ones cost nothing."""
    for each in (alarm, *(one["MetricStat"]["Metric"] for one in _stats(alarm))):
        if str(each.get("Namespace", "")).startswith("FileFerry/"):
            yield f"{each['Namespace']} {each['MetricName']} {each.get('Dimensions')}"


def _stats(alarm: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (each for each in alarm.get("Metrics", ()) if "MetricStat" in each)


def _schedules(stacks: Sequence[Expansion]) -> Iterator[tuple[str, float]]:
    for stack in stacks:
        kinds = stack.of_kind("AWS::Events::Rule", "AWS::Scheduler::Schedule")
        for logical_id, rule in kinds:
            if "ScheduleExpression" in rule:
                yield (
                    f"{stack.deployment.stack}/{logical_id}",
                    runs_a_month(rule["ScheduleExpression"]),
                )


def runs_a_month(expression: str) -> float:
    """Raises ScheduleUnknown."""
    if expression.startswith("cron("):
        return MONTH_HOURS / 24  # once a day, as all of ours
    found = RATE.fullmatch(expression)
    if found is None:
        raise ScheduleUnknown(f"{expression!r}: write rate(5 minutes), or cron(...) once a day.")
    return MONTH_HOURS * 60 / (int(found[1]) * MINUTES[found[2]])
