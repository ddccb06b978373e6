"""The lint finds alarms that would be silent for ever."""

from typing import Any

import pytest

from infra.lint.alarms import silent_alarms
from tests.infra.deployments import FUNCTION, deployment, expansion, expansions, sub, template

TOPIC = "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:fileferry-${Stage}-alarms"
API = "fileferry-${Stage}"
VARIABLES = {"POWERTOOLS_METRICS_NAMESPACE": "FileFerry", "POWERTOOLS_SERVICE_NAME": "mail"}
WATCHED: dict[str, Any] = {
    "Send": {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            **FUNCTION,
            "AutoPublishAlias": "live",
            "Environment": {"Variables": VARIABLES},
        },
    },
    "Queue": {
        "Type": "AWS::SQS::Queue",
        "Properties": {"QueueName": sub("fileferry-${Stage}-mail")},
    },
    "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {}},
    "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": sub(API)}},
    "ApiStage": {
        "Type": "AWS::ApiGateway::Stage",
        "Properties": {"RestApiId": {"Ref": "Api"}, "StageName": "v1"},
    },
    "Topic": {
        "Type": "AWS::SNS::Topic",
        "Properties": {"TopicName": sub("fileferry-${Stage}-alarms")},
    },
    "Filter": {
        "Type": "AWS::Logs::MetricFilter",
        "Properties": {
            "MetricTransformations": [{"MetricNamespace": "FromLogs", "MetricName": "Failed"}]
        },
    },
}


def metric(namespace: str, name: str, **dimensions: object) -> dict[str, Any]:
    listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": listed}


def problems(alarm: dict[str, Any], kind: str = "AWS::CloudWatch::Alarm") -> list[str]:
    watching = expansion({**WATCHED, "Alarm": {"Type": kind, "Properties": alarm}})
    findings = list(silent_alarms(watching, [watching]))
    assert {finding.logical_id for finding in findings} <= {"Alarm"}
    return [finding.message for finding in findings]


def as_term(watched: dict[str, Any]) -> dict[str, Any]:
    """The same metric as a part of a sum."""
    stat = {"Metric": watched, "Period": 60, "Stat": "Sum"}
    term = {"Id": "b", "ReturnData": False, "MetricStat": stat}
    return {"Metrics": [{"Id": "a", "Expression": "b"}, term]}


RIGHT = [
    metric("AWS/Lambda", "Errors", FunctionName={"Ref": "Send"}),
    metric("AWS/Lambda", "Errors", FunctionName=sub("fileferry-${Stage}-mail-send")),
    metric(
        "AWS/Lambda",
        "Errors",
        FunctionName={"Ref": "Send"},
        Resource=sub("fileferry-${Stage}-mail-send:live"),
    ),
    metric("AWS/Lambda", "Throttles"),
    metric(
        "AWS/SQS", "ApproximateAgeOfOldestMessage", QueueName={"Fn::GetAtt": ["Queue", "QueueName"]}
    ),
    metric("AWS/States", "ExecutionsFailed", StateMachineArn={"Ref": "Machine"}),
    metric("AWS/ApiGateway", "5XXError", ApiName=sub(API), Stage="v1"),
    metric("FileFerry", "BytesRead", service="mail"),
    metric("FromLogs", "Failed"),
]
WRONG = [
    (metric("AWS/Lambda", "Errors", FunctionName=sub("fileferry-${Stage}-mail-sent")), "mail-sent"),
    (metric("AWS/Lambda", "Errors", FunctionName={"Ref": "Send.Alias"}), ":live"),
    (metric("AWS/Lambda", "Errors", FunctionName={"Ref": "Send"}, Resource="x:live"), "'x:live'"),
    (metric("AWS/Lambda", "Errors", Function={"Ref": "Send"}), "nothing under Function"),
    (metric("AWS/Lambda", "Error", FunctionName={"Ref": "Send"}), "no metric Error"),
    (metric("AWS/SQS", "NumberOfMessagesSent", QueueName={"Ref": "Queue"}), "https://"),
    (metric("AWS/SQS", "NumberOfMessagesSent"), "nothing under no dimension"),
    (metric("AWS/States", "ExecutionsFailed", StateMachineArn="Machine"), "'Machine'"),
    (metric("AWS/ApiGateway", "5XXError", ApiName={"Ref": "Api"}, Stage="v1"), "no ApiName"),
    (metric("AWS/ApiGateway", "5XXError", ApiName=sub(API), Stage="v2"), "no Stage 'v2'"),
    (metric("AWS/Nothing", "X"), "add it"),
    (metric("FileFerry", "BytesRead", service="male"), "one of mail, not 'male'"),
    (metric("FileFerry", "BytesRead"), "not None"),
    (metric("Filefery", "BytesRead", service="mail"), "'Filefery'"),
    (metric("FromLogs", "BytesRead"), "'FromLogs'"),
    (metric("FileFerry", "BytesRaed", service="mail"), "Nobody emits BytesRaed"),
]


@pytest.mark.parametrize("watched", RIGHT, ids=str)
def test_an_alarm_that_watches_what_there_is_is_right(watched: dict[str, Any]) -> None:
    assert not problems(watched)
    assert not problems(as_term(watched))


@pytest.mark.parametrize(("watched", "told"), WRONG, ids=str)
def test_an_alarm_that_watches_nothing_is_found(watched: dict[str, Any], told: str) -> None:
    for alarm in (watched, as_term(watched)):
        [message] = problems(alarm)
        assert told in message


def test_an_alarm_may_watch_another_stack_of_its_stage_only() -> None:
    watched = metric("AWS/SQS", "NumberOfMessagesSent", QueueName=sub("fileferry-${Stage}-mail"))
    alarm = template({"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": watched}})
    dev, other, prod = expansions(
        deployment(template(WATCHED)),
        deployment(alarm, stack="watch"),
        deployment(alarm, "prod", stack="watch"),
    )
    assert not list(silent_alarms(other, [dev, other]))
    [finding] = silent_alarms(prod, [prod])
    assert (finding.stack, finding.stage, finding.logical_id) == ("watch", "prod", "Alarm")


def test_an_alarm_tells_a_topic_that_there_is() -> None:
    watched = metric("AWS/Lambda", "Errors")
    assert not problems({**watched, "AlarmActions": [sub(TOPIC), {"Ref": "Topic"}]})
    [message] = problems({**watched, "AlarmActions": [sub(TOPIC + "s")]})
    assert ":fileferry-dev-alarmss, which is no topic" in message


def test_an_alarm_of_alarms_names_those_that_there_are() -> None:
    kind = "AWS::CloudWatch::CompositeAlarm"
    own = {"AlarmName": sub("fileferry-${Stage}-all")}
    assert not problems({**own, "AlarmRule": sub('NOT ALARM("fileferry-${Stage}-all")')}, kind)
    [message] = problems({**own, "AlarmRule": sub("ALARM(fileferry-${Stage}-al) OR FALSE")}, kind)
    assert "'fileferry-dev-al'" in message
    right = {**own, "AlarmRule": sub('ALARM("fileferry-${Stage}-all")')}
    assert not problems({**right, "ActionsSuppressor": sub("fileferry-${Stage}-all")}, kind)
    [message] = problems({**right, "ActionsSuppressor": sub("fileferry-${Stage}-none")}, kind)
    assert "'fileferry-dev-none'" in message


def sum_of(count: int, **changed: object) -> dict[str, Any]:
    """An alarm on the sum of so many metrics."""
    stat = {"Metric": metric("AWS/Lambda", "Errors"), "Period": 60, "Stat": "Sum", **changed}
    terms = [{"Id": f"m{n}", "ReturnData": False, "MetricStat": stat} for n in range(count)]
    return {"Metrics": [{"Id": "all", "Expression": "SUM(METRICS())"}, *terms]}


LIMITS = [
    (sum_of(11), "watches 11 metrics"),
    ({"Metrics": sum_of(2)["Metrics"][1:]}, "has ReturnData"),
    ({"Metrics": [{"Id": "e", "Expression": "IF(x > 0, 1, 0)"}]}, "has x, which is no Id"),
    ({"Metrics": [*sum_of(1)["Metrics"], *sum_of(1, Period=300)["Metrics"][1:]]}, "[60, 300]"),
    ({**metric("AWS/Lambda", "Errors"), "Period": 300, "EvaluationPeriods": 289}, "looks back"),
    ({**sum_of(1, Period=21_600), "EvaluationPeriods": 29}, "AWS takes 604800 s"),
    ({**sum_of(1), "EvaluationPeriods": 2, "DatapointsToAlarm": 3}, "DatapointsToAlarm is more"),
    ({**sum_of(1), "AlarmDescription": "x" * 1_025}, "1025 characters"),
    ({"AlarmRule": " OR ".join(['ALARM("a")'] * 101)}, "names 101 alarms"),
    ({"AlarmRule": " " * 10_241}, "10241 characters"),
]


@pytest.mark.parametrize(("alarm", "told"), LIMITS, ids=[told for _, told in LIMITS])
def test_what_cloudwatch_would_refuse_is_found(alarm: dict[str, Any], told: str) -> None:
    found = [each for each in problems(alarm) if "does not exist" not in each]
    assert len(found) == 1
    assert told in found[0]


def test_what_cloudwatch_just_takes_is_right() -> None:
    assert not problems(
        {**sum_of(10, Period=21_600), "EvaluationPeriods": 28, "AlarmDescription": "x" * 1_024}
    )


@pytest.mark.parametrize(("named", "found"), [("errors", 0), ("error", 1)])
def test_the_alarm_that_stops_a_deployment_exists(named: str, found: int) -> None:
    """CodeDeploy takes an alarm that does not exist for a quiet one."""
    properties = {
        **FUNCTION,
        "AutoPublishAlias": "live",
        "DeploymentPreference": {"Type": "AllAtOnce", "Alarms": [sub(f"${{Stage}}-{named}")]},
    }
    alarm = {"AlarmName": sub("${Stage}-errors"), **metric("AWS/Lambda", "Errors")}
    watching = expansion(
        {
            "Send": {"Type": "AWS::Serverless::Function", "Properties": properties},
            "Errors": {"Type": "AWS::CloudWatch::Alarm", "Properties": alarm},
        }
    )
    findings = list(silent_alarms(watching, [watching]))
    assert [each.logical_id for each in findings] == ["SendDeploymentGroup"] * found
    assert all("'dev-error'" in each.message for each in findings)
