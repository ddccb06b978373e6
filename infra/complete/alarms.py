"""Makes the alarm that rolls a canary back. infra/observability has all others."""

from infra.complete.description import Service
from infra.complete.intrinsics import Value, arn, resource, sub
from infra.complete.names import TemplateWrong, name_of

MOST_METRICS = 10  # AWS's limit for one alarm
MINUTE = 60


def errors_alarm(service: Service) -> Value:
    """The alarm has the functions' names. A Ref would make a circle, because their deployments wait
    for this alarm."""
    metrics = [
        _metric("AWS/Lambda", "Errors", "FunctionName", name_of(service.name, purpose))
        for purpose in (each.purpose for each in service.functions if not each.unwatched)
    ]
    # To Lambda an answered 5xx or a message that goes back is no error. So the runtime counts them.
    counted = [("ServerErrors", ("api",)), ("MessagesFailed", ("events", "queue"))]
    metrics += [
        _metric(sub("FileFerry/${Stage}"), name, "service", service.name)
        for name, kinds in counted
        if service.has(*kinds)
    ]
    if len(metrics) > MOST_METRICS:
        raise TemplateWrong(
            f"{service.name}: {len(metrics)} metrics are watched, an alarm takes {MOST_METRICS}."
            " Say of some functions why they are `unwatched`."
        )
    summed = {"Id": "errors", "Expression": "SUM(METRICS())", "Label": "Errors"}
    numbered = [{"Id": f"m{index}", **each} for index, each in enumerate(metrics)]
    told = "A function failed, answered 5xx or gave a message back; a canary is rolled back."
    alarm = _alarm(service.name, "function-errors", told, {"Metrics": [summed, *numbered]})
    return {"FunctionErrorsAlarm": {**alarm, "Condition": "OnAws"}}  # locally without metric math


def _metric(namespace: object, name: str, dimension: str, value: object) -> Value:
    metric = {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": dimension, "Value": value}],
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
