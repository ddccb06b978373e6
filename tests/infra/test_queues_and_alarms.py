"""Nothing that fails is lost unseen: dead-letter queues, their alarms, and the time to work."""

from typing import Any

import pytest

from infra.stacks import Stack
from tests.infra.resources import SERVICES, TEMPLATES, Resource, name_of, resources

TIMES_VISIBLE = 6  # AWS's advice: visibility at least six times the function's timeout
QUEUES = resources("AWS::SQS::Queue")
DEAD_LETTERS = [q for q in QUEUES if q.properties["QueueName"]["Fn::Sub"].endswith("-dlq")]
RULES = resources("AWS::Events::Rule")
MAPPINGS = resources("AWS::Lambda::EventSourceMapping")


def function_of(mapping: Resource) -> Resource:
    target = name_of(mapping.properties["FunctionName"])
    found = [f for f in resources("AWS::Serverless::Function") if f.logical_id == target]
    assert len(found) == 1, f"{mapping} calls {target}"
    return found[0]


def timeout_of(function: Resource) -> int:
    """The longest that its parameter allows."""
    template = TEMPLATES[function.stack]
    shared: dict[str, Any] = template["Globals"]["Function"]
    timeout = function.properties.get("Timeout", shared["Timeout"])
    if isinstance(timeout, dict):
        timeout = template["Parameters"][timeout["Ref"]]["MaxValue"]
    return int(timeout)


@pytest.mark.parametrize("queue", [q for q in QUEUES if q not in DEAD_LETTERS], ids=str)
def test_every_queue_has_a_dead_letter_queue(queue: Resource) -> None:
    target = name_of(queue.properties["RedrivePolicy"]["deadLetterTargetArn"])
    assert target in [each.logical_id for each in DEAD_LETTERS]


@pytest.mark.parametrize("queue", DEAD_LETTERS, ids=str)
def test_every_dead_letter_queue_has_an_alarm_for_its_first_message(queue: Resource) -> None:
    alarms = [
        alarm.properties
        for alarm in resources("AWS::CloudWatch::Alarm", queue.stack)
        if alarm.properties.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        and name_of(alarm.properties["Dimensions"][0]["Value"]) == queue.logical_id
    ]
    assert len(alarms) == 1
    assert (alarms[0]["Threshold"], alarms[0]["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    assert alarms[0]["AlarmActions"]


@pytest.mark.parametrize("queue", DEAD_LETTERS, ids=str)
def test_dead_letters_are_kept_as_long_as_sqs_can(queue: Resource) -> None:
    assert queue.properties["MessageRetentionPeriod"] == 14 * 86_400


@pytest.mark.parametrize("alarm", resources("AWS::CloudWatch::Alarm"), ids=str)
def test_every_alarm_tells_the_topic_of_alarms(alarm: Resource) -> None:
    [action] = alarm.properties["AlarmActions"]
    assert action["Fn::Sub"].endswith(":fileferry-${Stage}-alarms")


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_target_of_a_rule_has_a_dead_letter_queue_and_a_limit(rule: Resource) -> None:
    for target in rule.properties["Targets"]:
        queue = name_of(target["DeadLetterConfig"]["Arn"])
        assert queue in [each.logical_id for each in DEAD_LETTERS]
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 86_400


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_rule_may_reach_its_target_and_fill_its_dead_letter_queue(rule: Resource) -> None:
    queues = [queue.logical_id for queue in resources("AWS::SQS::Queue", rule.stack)]
    allowed = [
        name_of(permission.properties["SourceArn"])
        for permission in resources("AWS::Lambda::Permission", rule.stack)
        if permission.properties["Principal"] == "events.amazonaws.com"
    ]
    [policy] = resources("AWS::SQS::QueuePolicy", rule.stack)
    [statement] = policy.properties["PolicyDocument"]["Statement"]
    sources = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert rule.logical_id in [name_of(source) for source in sources]
    for target in rule.properties["Targets"]:
        filled = {name_of(target["DeadLetterConfig"]["Arn"])}
        if (aim := name_of(target["Arn"])) in queues:
            filled.add(aim)
        else:
            assert rule.logical_id in allowed
        assert filled <= {name_of(each) for each in policy.properties["Queues"]}
        assert filled <= {name_of(each) for each in statement["Resource"]}


@pytest.mark.parametrize("rule", [r for r in RULES if "EventPattern" in r.properties], ids=str)
def test_a_rule_names_source_and_full_type(rule: Resource) -> None:
    pattern = rule.properties["EventPattern"]
    assert all(source.startswith("fileferry.") for source in pattern["source"])
    for detail_type in pattern["detail-type"]:
        noun, _, version = detail_type.partition(".v")
        assert noun.isalpha()
        assert version.isdigit()


@pytest.mark.parametrize("mapping", MAPPINGS, ids=str)
def test_every_mapping_reports_single_failures(mapping: Resource) -> None:
    assert mapping.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("mapping", MAPPINGS, ids=str)
def test_a_message_stays_invisible_longer_than_its_function_can_work(mapping: Resource) -> None:
    source = name_of(mapping.properties["EventSourceArn"])
    queues = [queue for queue in QUEUES if queue.logical_id == source]
    if not queues:  # a table's stream: it ends in a queue after its retries
        failed = name_of(mapping.properties["DestinationConfig"]["OnFailure"]["Destination"])
        assert failed in [each.logical_id for each in DEAD_LETTERS]
        assert mapping.properties["MaximumRetryAttempts"] > 0
        return
    needed = TIMES_VISIBLE * timeout_of(function_of(mapping))
    assert queues[0].properties["VisibilityTimeout"] >= needed


WATCHED_ELSEWHERE = {
    "WorkflowStepFunction": "raises what partners do wrong; ExecutionsFailed tells of the rest",
    "AuthorizerFunction": "raises for every wrong token; API Gateway answers the rest with 500",
    "CreateAdminFunction": "whoever calls it sees why it failed",
}


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_errors_of_every_function_and_workflow_are_watched(stack: Stack) -> None:
    name = stack.name
    watched = set()
    for alarm in resources("AWS::CloudWatch::Alarm", name):
        for metric in alarm.properties.get("Metrics", []):
            if "MetricStat" in metric:
                [dimension] = metric["MetricStat"]["Metric"]["Dimensions"]
                watched.add(name_of(dimension["Value"]))
        if alarm.properties.get("MetricName") == "ExecutionsFailed":
            watched.add(name_of(alarm.properties["Dimensions"][0]["Value"]))
    for kind in ("AWS::Serverless::Function", "AWS::Serverless::StateMachine"):
        for resource in resources(kind, name):
            if resource.logical_id in WATCHED_ELSEWHERE:
                continue
            assert resource.logical_id in watched, f"{resource} has no alarm"
