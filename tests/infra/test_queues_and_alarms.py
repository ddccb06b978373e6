"""Nothing that fails is lost. Checks dead-letter queues, timeouts, and what rolls canaries back."""

from typing import Any

import pytest

from infra.stacks import Stack
from tests.infra.resources import (
    SERVICES,
    TEMPLATES,
    Resource,
    name_of,
    resources,
)

TIMES_VISIBLE = 6  # AWS advises a visibility of at least six times the function's timeout
QUEUES = resources("AWS::SQS::Queue")
DEAD_LETTERS = [q for q in QUEUES if q.properties["QueueName"]["Fn::Sub"].endswith("-dlq")]
RULES = resources("AWS::Events::Rule")
MAPPINGS = resources("AWS::Lambda::EventSourceMapping")


def function_of(mapping: Resource) -> Resource:
    target = name_of(mapping.properties["FunctionName"])
    functions = resources("AWS::Serverless::Function", mapping.stack)
    found = [each for each in functions if each.logical_id == target]
    assert len(found) == 1, f"{mapping} calls {target}"
    return found[0]


def ids_of(queues: list[Resource], stack: str) -> list[str]:
    return [each.logical_id for each in queues if each.stack == stack]


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
    assert target in ids_of(DEAD_LETTERS, queue.stack)


@pytest.mark.parametrize("queue", DEAD_LETTERS, ids=str)
def test_dead_letters_are_kept_as_long_as_sqs_can(queue: Resource) -> None:
    assert queue.properties["MessageRetentionPeriod"] == 14 * 86_400


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_every_target_of_a_rule_has_a_dead_letter_queue_and_a_limit(rule: Resource) -> None:
    for target in rule.properties["Targets"]:
        queue = name_of(target["DeadLetterConfig"]["Arn"])
        assert queue in ids_of(DEAD_LETTERS, rule.stack)
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 86_400


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_rule_may_call_its_function_or_fill_its_queues(rule: Resource) -> None:
    callers = {
        name_of(permission.properties["SourceArn"])
        for permission in resources("AWS::Lambda::Permission", rule.stack)
        if permission.properties["Principal"] == "events.amazonaws.com"
    }
    for target in rule.properties["Targets"]:
        called = name_of(target["Arn"])
        queues = {name_of(target["DeadLetterConfig"]["Arn"])}
        if called in ids_of(QUEUES, rule.stack):
            queues.add(called)
        else:
            assert rule.logical_id in callers
        assert queues <= open_to(rule)


def open_to(rule: Resource) -> set[str]:
    """The queues to which the rule may send, and to which only rules may send."""
    found = set()
    for policy in resources("AWS::SQS::QueuePolicy", rule.stack):
        [statement] = policy.properties["PolicyDocument"]["Statement"]
        queues = [name_of(each) for each in policy.properties["Queues"]]
        assert queues == [name_of(each) for each in statement["Resource"]]
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        sources = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
        if rule.logical_id in [name_of(source) for source in sources]:
            found |= set(queues)
    return found


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_a_service_that_listens_has_one_queue_and_one_dead_letter_queue(stack: Stack) -> None:
    listening = [r for r in RULES if r.stack == stack.name and "EventPattern" in r.properties]
    targets = {name_of(t["Arn"]) for rule in listening for t in rule.properties["Targets"]}
    failed = {
        name_of(t["DeadLetterConfig"]["Arn"]) for r in listening for t in r.properties["Targets"]
    }
    assert (targets, failed) == (
        ({"EventQueue"}, {"EventDeadLetters"}) if listening else (set(), set())
    )


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
    queues = [each for each in QUEUES if (each.stack, each.logical_id) == (mapping.stack, source)]
    if not queues:  # a table's stream: it ends in a queue after its retries
        failed = name_of(mapping.properties["DestinationConfig"]["OnFailure"]["Destination"])
        assert failed in ids_of(DEAD_LETTERS, mapping.stack)
        assert mapping.properties["MaximumRetryAttempts"] > 0
        return
    needed = TIMES_VISIBLE * timeout_of(function_of(mapping))
    assert queues[0].properties["VisibilityTimeout"] >= needed
