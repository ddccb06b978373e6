"""Makes the alarm that rolls a canary back. infra/observability has all others."""

from collections.abc import Iterator

from infra.complete.description import Function, Service
from infra.complete.intrinsics import Value, arn, attribute, resource, sub
from infra.complete.names import TemplateWrong, name_of

VERSION_FAILURES = "VersionFailures"  # runtime.telemetry counts them
MOST_METRICS = 10  # AWS's limit for one alarm
# The runtime counts what they raise, too, so one metric is enough. It misses a process that ends in
# the middle; the smoke test has seen by then that a publisher starts and answers.
COUNTED_ONCE = ("outbox",)
MINUTE = 60


def canary_alarm(service: Service) -> Value:
    """Counts what the versions of this release do wrong while they get their share of the calls.

    Its name has the release, so each release gets an alarm of its own. One that rang for the
    release before would stop the deployment that mends it, because CodeDeploy begins nothing while
    its alarm is red. Without a call there is no value, and silence is taken for good: what has
    to be proved without traffic is the smoke test's.
    """
    metrics = [each for function in service.functions for each in _faults(service.name, function)]
    if len(metrics) > MOST_METRICS:
        raise TemplateWrong(
            f"{service.name}: {len(metrics)} metrics are watched, an alarm takes {MOST_METRICS}."
            " Say of some functions why they are `unwatched`."
        )
    summed = {"Id": "faults", "Expression": "SUM(METRICS())", "Label": "Faults"}
    numbered = [{"Id": f"m{index}", **each} for index, each in enumerate(metrics)]
    told = (
        "A new version failed, answered 5xx or gave a message back; its canary is rolled back."
        " Runbook: docs/runbooks/canary.md"
    )
    alarm = _alarm(service.name, "canary-${Release}", told, {"Metrics": [summed, *numbered]})
    return {"CanaryAlarm": {**alarm, "Condition": "Canaries"}}


def _faults(service: str, function: Function) -> Iterator[Value]:
    """Lambda knows the executed version of calls through an alias that has two. It does not count
    what a function answers, so the runtime does."""
    name, version = (
        name_of(service, function.purpose),
        attribute(f"{function.id}.Version", "Version"),
    )
    if not function.unwatched and function.trigger.kind not in COUNTED_ONCE:
        alias = sub(f"fileferry-${{Stage}}-{service}-{function.purpose}:live")
        yield _metric(
            "AWS/Lambda",
            "Errors",
            {"FunctionName": name, "Resource": alias, "ExecutedVersion": version},
        )
    if function.blamed:
        yield _metric(
            sub("FileFerry/${Stage}"),
            VERSION_FAILURES,
            {"service": service, "function_name": name, "version": version},
        )


def _metric(namespace: object, name: str, dimensions: Value) -> Value:
    metric = {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
    }
    return {"ReturnData": False, "MetricStat": {"Stat": "Sum", "Period": MINUTE, "Metric": metric}}


def _alarm(service: str, purpose: str, told: str, watched: Value) -> Value:
    properties = {
        "AlarmName": name_of(service, purpose),
        "AlarmDescription": told,
        "AlarmActions": [arn("sns", "fileferry-${Stage}-alarms")],
        "TreatMissingData": "notBreaching",
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
        **watched,
    }
    return resource("CloudWatch::Alarm", properties)
