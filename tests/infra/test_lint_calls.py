"""The lint finds calls that nobody allowed and names of nothing, in the templates that there are.

Each mistake is planted into a real stack: a rule that finds nothing at all would be noticed here.
"""

import copy
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from infra.lint.callers import refused_calls
from infra.lint.dangling import dangling_arns
from infra.lint.expansion import expand
from infra.lint.finding import Finding
from infra.lint.judge import ALONE, BESIDE_OTHERS, Deployed, deploy
from infra.lint.mappings import refused_mappings
from infra.lint.neighbours import missing_neighbours
from infra.lint.options import with_every_option
from infra.lint.resource_settings import biting_settings
from tests.infra.deployments import real_deployments, sub

ARN = "arn:${AWS::Partition}:%s:${AWS::Region}:${AWS::AccountId}:"


@cache
def whole_stage() -> tuple[Deployed, ...]:
    """With everything switched on."""
    return tuple(deploy(with_every_option(real_deployments())))


class Planted:
    """That stage with one mistake in one stack."""

    def __init__(self, stack: str, mistake: Callable[[Any], None]) -> None:
        self.deployed = list(whole_stage())
        for index, each in enumerate(self.deployed):
            if each.expansion.deployment.stack == stack:
                written = copy.deepcopy(each.expansion.deployment.template)
                mistake(written)
                wrong = replace(each.expansion.deployment, template=written)
                self.deployed[index] = Deployed(expand(wrong, each.stored), each.stored)
        self.stage = [each.expansion for each in self.deployed]

    def found(self) -> list[Finding]:
        alone = [
            finding
            for each in self.stage
            for rule in (refused_mappings, biting_settings)
            for finding in rule(each)
        ]
        beside = [
            finding
            for each in self.stage
            for rule in (refused_calls, dangling_arns)
            for finding in rule(each, self.stage)
        ]
        neighbours = [
            finding
            for each in self.deployed
            for finding in missing_neighbours(each.expansion, self.stage, each.stored)
        ]
        return [*alone, *beside, *neighbours]


def properties(template: Any, logical_id: str) -> Any:  # noqa: ANN401
    return template["Resources"][logical_id]["Properties"]


def statements(template: Any, role: str) -> Any:  # noqa: ANN401
    return properties(template, role)["Policies"][0]["PolicyDocument"]["Statement"]


def without(role: str, sid: str) -> Callable[[Any], None]:
    def mistake(template: Any) -> None:  # noqa: ANN401
        kept = [each for each in statements(template, role) if each.get("Sid") != sid]
        statements(template, role)[:] = kept

    return mistake


def removed(logical_id: str) -> Callable[[Any], None]:
    return lambda template: template["Resources"].pop(logical_id)


def changed(logical_id: str, **values: object) -> Callable[[Any], None]:
    return lambda template: properties(template, logical_id).update(values)


def grant_names(role: str, sid: str, arn: str) -> Callable[[Any], None]:
    def mistake(template: Any) -> None:  # noqa: ANN401
        [statement] = [each for each in statements(template, role) if each.get("Sid") == sid]
        statement["Resource"] = sub(arn)

    return mistake


def variable_names(name: str, arn: str) -> Callable[[Any], None]:
    def mistake(template: Any) -> None:  # noqa: ANN401
        template["Globals"]["Function"]["Environment"]["Variables"][name] = sub(arn)

    return mistake


def another_subnet(template: Any) -> None:  # noqa: ANN401
    subnets = properties(template, "ApiFunction")["VpcConfig"]["Fn::If"][1]["SubnetIds"]
    subnets[0] = sub("{{resolve:ssm:/fileferry/${Stage}/network/subnet/c}}")


MISTAKES: dict[str, tuple[str, Callable[[Any], None], str, str]] = {
    "a message comes again while it is worked off": (
        *("transfer", changed("LanesQueue", VisibilityTimeout=60)),
        *("LanesQueue", "visible again after 60 s"),
    ),
    "the role may not read its queue": (
        *("transfer", without("LaneWorkerRole", "Receive")),
        *("LanesQueueToLaneWorker", "sqs:ReceiveMessage"),
    ),
    "the role may not read its stream": (
        *("transfer", without("PublishOutboxRole", "Stream")),
        *("OutboxToPublisher", "dynamodb:GetRecords"),
    ),
    "a mapping past the alias": (
        *("transfer", changed("LanesQueueToLaneWorker", FunctionName=sub("${LaneWorkerFunction}"))),
        *("LanesQueueToLaneWorker", "lane-worker:live"),
    ),
    "a filter that is no JSON": (
        "transfer",
        changed("OutboxToPublisher", FilterCriteria={"Filters": [{"Pattern": '{"eventName": ['}]}),
        *("OutboxToPublisher", "is no JSON"),
    ),
    "the API may not call its function": (
        *("transfer", removed("ApiMayBeCalled"), "RestApi", "transfer-api:live"),
    ),
    "the API may not ask its authorizer": (
        *("auth", removed("AuthorizerMayBeCalled"), "RestApi", "auth-authorizer:live"),
    ),
    "a permission without the alias": (
        "auth",
        changed("AuthorizerMayBeCalled", FunctionName={"Ref": "AuthorizerFunction"}),
        *("RestApi", "auth-authorizer:live"),
    ),
    "a rule may not send to its queue": (
        *("transfer", removed("EventQueuePolicy"), "FromTransfer", "transfer-events"),
    ),
    "a rule may not send to its dead letters": (
        *("transfer", changed("EventQueuePolicy", Queues=[{"Ref": "EventQueue"}])),
        *("FromTransfer", "transfer-events-dlq"),
    ),
    "a rule may not call its function": (
        *("auth", removed("SweepSessionsMayBeCalled"), "SweepSessionsSchedule", "sweep-sessions"),
    ),
    "a grant on nothing": (
        "transfer",
        grant_names(
            *("LaneWorkerRole", "BecomeReader"),
            "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/fileferry-${Stage}-transfer-reader",
        ),
        *("LaneWorkerRole", "transfer-reader is nothing"),
    ),
    "a grant on another alias": (
        "transfer",
        grant_names(
            *("WorkflowRole", "Steps"),
            f"{ARN % 'lambda'}function:fileferry-${{Stage}}-transfer-workflow-step:alive",
        ),
        *("WorkflowRole", "workflow-step:alive is nothing"),
    ),
    "a variable that leads nowhere": (
        "transfer",
        variable_names("STATE_MACHINE_ARN", f"{ARN % 'states'}stateMachine:fileferry-${{Stage}}"),
        *("ApiFunction", "stateMachine:fileferry-prod is nothing"),
    ),
    "a source that is not there": (
        "transfer",
        changed(
            "LanesQueueToLaneWorker",
            EventSourceArn=sub(f"{ARN % 'sqs'}fileferry-${{Stage}}-transfer-lane"),
        ),
        *("LanesQueueToLaneWorker", "transfer-lane is nothing"),
    ),
    "a place in SSM that nobody writes": (
        *("transfer", another_subnet, "ApiFunction", "network/subnet/c"),
    ),
    "a function that never runs": (
        *("auth", changed("ApiFunction", ReservedConcurrentExecutions=0)),
        *("ApiFunction", "never run"),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_found(name: str) -> None:
    stack, mistake, logical_id, words = MISTAKES[name]
    found = Planted(stack, mistake).found()
    assert any(each.logical_id == logical_id and words in each.message for each in found), found


def test_without_a_mistake_nothing_is_found() -> None:
    assert not Planted("transfer", lambda template: None).found()


def test_all_of_it_is_part_of_the_lint() -> None:
    assert {refused_calls, dangling_arns} <= set(BESIDE_OTHERS)
    assert {refused_mappings, biting_settings} <= set(ALONE)
