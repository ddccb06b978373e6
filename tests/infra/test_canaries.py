"""New versions are let in step by step, asked before, and judged by their own faults: as AWS sees
the templates of each stage, with canaries and without."""

import json
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest

from infra.complete.smoke import SECONDS
from infra.lint.expansion import Expansion
from infra.lint.physical import text_of
from infra.lint.references import circles
from infra.stacks import all_stacks
from runtime import smoke_hook
from runtime.telemetry import VersionFailures
from tests.infra.deployments import expansions, real_deployments

SERVICES = [stack.name for stack in all_stacks() if stack.is_service]
STAGES = ("dev", "staging", "prod")
HOOK = "SmokeTestFunction"
# Why nothing of some functions counts against their version.
CALLED_BY_PEOPLE = "whoever calls it sees why it failed"


@cache
def deployed(canary: str) -> dict[tuple[str, str], Expansion]:
    """Every service on every stage, by stage and service."""
    wished = [
        replace(
            each,
            values={**each.values, "Canary": canary} if "Canary" in each.values else each.values,
        )
        for each in real_deployments()
    ]
    return {
        (each.deployment.stage, each.deployment.stack): each
        for each in expansions(*wished)
        if each.deployment.stack in SERVICES
    }


CANARIES = [(stage, service) for stage in STAGES for service in SERVICES]


@pytest.mark.parametrize("canary", ["true", "false"])
def test_no_resource_waits_for_itself(canary: str) -> None:
    found = [finding for each in deployed(canary).values() for finding in circles(each)]
    assert found == []
    assert len(deployed(canary)) == len(CANARIES)


def aliases(expansion: Expansion) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of the functions, but for the hook itself: (id of the function, alias)."""
    for resource in expansion.resources.values():
        if resource["Type"] == "AWS::Lambda::Alias":
            function = resource["Properties"]["FunctionName"]["Ref"]
            if function != HOOK:
                yield function, resource


@pytest.mark.parametrize(("stage", "service"), CANARIES)
def test_each_function_is_asked_before_and_stopped_by_the_services_alarm(
    stage: str, service: str
) -> None:
    expansion = deployed("true")[stage, service]
    found = list(aliases(expansion))
    assert found
    for function, alias in found:
        policy = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        assert policy["BeforeAllowTrafficHook"] == {"Ref": HOOK}
        group = expansion.resources[policy["DeploymentGroupName"]["Ref"]]["Properties"]
        assert group["AlarmConfiguration"] == {
            "Enabled": True,
            "Alarms": [{"Name": {"Ref": "CanaryAlarm"}}],
        }, function
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]
        assert group["ServiceRoleArn"] == {"Fn::GetAtt": ["DeploymentRole", "Arn"]}
        assert (
            group["DeploymentConfigName"] == "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"
        )
    [hook] = [
        each
        for each in expansion.resources.values()
        if each["Type"] == "AWS::Lambda::Alias"
        and each["Properties"]["FunctionName"] == {"Ref": HOOK}
    ]
    assert "UpdatePolicy" not in hook, "it would be asked by itself"


@pytest.mark.parametrize(("stage", "service"), CANARIES)
def test_without_canaries_nothing_of_them_is_left(stage: str, service: str) -> None:
    expansion = deployed("false")[stage, service]
    kinds = {each["Type"] for each in expansion.resources.values()}
    assert not [kind for kind in kinds if kind.startswith("AWS::CodeDeploy::")]
    assert not {"CanaryAlarm", "WorkflowCanaryAlarm", "DeploymentRole"} & expansion.resources.keys()
    assert not [alias for _, alias in aliases(expansion) if "UpdatePolicy" in alias]
    assert HOOK in expansion.resources, "it is called after the deployment"


def dimensions(expansion: Expansion, name: str) -> list[dict[str, Any]]:
    alarm = expansion.resources["CanaryAlarm"]["Properties"]
    metrics = [each["MetricStat"]["Metric"] for each in alarm["Metrics"] if "MetricStat" in each]
    return [
        {d["Name"]: d["Value"] for d in each["Dimensions"]}
        for each in metrics
        if each["MetricName"] == name
    ]


def version_of(expansion: Expansion, name: str) -> Any:  # noqa: ANN401
    """The number of the version that this release publishes of the function of that name."""
    for logical_id, resource in expansion.resources.items():
        if resource["Type"] == "AWS::Lambda::Version":
            function = resource["Properties"]["FunctionName"]
            if text_of(expansion, function) == name:
                return {"Fn::GetAtt": [logical_id, "Version"]}
    raise AssertionError(f"{name} has no version")


@pytest.mark.parametrize(("stage", "service"), CANARIES)
def test_only_the_version_of_this_release_is_counted_of_each_function(
    stage: str, service: str
) -> None:
    expansion = deployed("true")[stage, service]
    raised, blamed = (dimensions(expansion, name) for name in ("Errors", VersionFailures.NAME))
    for each in raised:
        name = each["FunctionName"]
        assert each["Resource"] == f"{name}:live"
        assert each["ExecutedVersion"] == version_of(expansion, name)
    for each in blamed:
        assert each["service"] == service
        assert each["version"] == version_of(expansion, each["function_name"])
    counted = {each["FunctionName"] for each in raised} | {each["function_name"] for each in blamed}
    for function, _ in aliases(expansion):
        name = text_of(expansion, {"Ref": function})
        reason = expansion.source["Resources"][function].get("Metadata", {}).get("Unwatched")
        assert name in counted or reason == CALLED_BY_PEOPLE, function


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_function_answers_is_counted_where_lambda_counts_nothing(service: str) -> None:
    expansion = deployed("true")["prod", service]
    blamed = {each["function_name"] for each in dimensions(expansion, VersionFailures.NAME)}
    of_api = {
        text_of(expansion, {"Ref": function})
        for function, _ in aliases(expansion)
        if function == "ApiFunction"
    }
    fed = {
        text_of(expansion, mapping["FunctionName"]).split(":")[6]
        for _, mapping in expansion.of_kind("AWS::Lambda::EventSourceMapping")
        if "BisectBatchOnFunctionError" not in mapping
    }
    streams = {
        text_of(expansion, {"Ref": function})
        for function, _ in aliases(expansion)
        if function == "PublishOutboxFunction"
    }
    assert of_api | fed | streams <= blamed


def test_the_runtime_counts_under_the_dimensions_of_the_alarm(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under others the alarm would be silent for ever."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "FileFerry/prod")
    failures = VersionFailures()
    failures.add()
    failures.write("fileferry-prod-auth-api", "7")
    [line] = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    [directive] = line["_aws"]["CloudWatchMetrics"]
    [written] = directive["Dimensions"]
    [watched] = [
        each
        for each in dimensions(deployed("true")["prod", "auth"], VersionFailures.NAME)
        if each["function_name"] == line["function_name"]
    ]
    assert set(written) == set(watched)
    alarm = deployed("true")["prod", "auth"].resources["CanaryAlarm"]["Properties"]
    spaces = {e["MetricStat"]["Metric"]["Namespace"] for e in alarm["Metrics"] if "MetricStat" in e}
    assert directive["Namespace"] in spaces


@pytest.mark.parametrize(("stage", "service"), CANARIES)
def test_each_release_has_an_alarm_of_its_own(stage: str, service: str) -> None:
    """CodeDeploy begins nothing while its alarm is red, so an old one would stop the mend."""
    source = deployed("true")[stage, service].source["Resources"]
    alarms = [each for name, each in source.items() if name.endswith("CanaryAlarm")]
    assert len(alarms) == 1 + (service == "transfer")
    for alarm in alarms:
        assert alarm["Properties"]["AlarmName"]["Fn::Sub"].endswith("-${Release}")
        assert alarm["Properties"]["TreatMissingData"] == "notBreaching"


def test_the_workflow_is_shifted_like_the_functions_and_started_by_its_alias() -> None:
    for stage in STAGES:
        expansion = deployed("true")[stage, "transfer"]
        alias = expansion.resources["WorkflowAliaslive"]["Properties"]
        assert alias["DeploymentPreference"] == {
            "Type": "LINEAR",
            "Percentage": 10,
            "Interval": 1,
            "Alarms": [{"Ref": "WorkflowCanaryAlarm"}],
            "StateMachineVersionArn": {"Ref": "WorkflowVersion"},
        }
        version = expansion.resources["WorkflowVersion"]
        assert version["UpdateReplacePolicy"] == "Retain", "executions and rollbacks need it"
        at_once = deployed("false")[stage, "transfer"].resources["WorkflowAliaslive"]["Properties"]
        assert at_once["DeploymentPreference"] == {
            "Type": "ALL_AT_ONCE",
            "StateMachineVersionArn": {"Ref": "WorkflowVersion"},
        }
        variables = expansion.resources["ConsumerFunction"]["Properties"]["Environment"][
            "Variables"
        ]
        machine = text_of(expansion, {"Ref": "Workflow"})
        assert text_of(expansion, variables["STATE_MACHINE_ARN"]) == f"{machine}:live"


def targets(expansion: Expansion) -> list[dict[str, Any]]:
    variables = expansion.resources[HOOK]["Properties"]["Environment"]["Variables"]
    found: list[dict[str, Any]] = json.loads(variables["SMOKE_TARGETS"]["Fn::Sub"])
    return found


@pytest.mark.parametrize(("stage", "service"), CANARIES)
def test_the_hook_asks_the_new_version_of_each_function(stage: str, service: str) -> None:
    expansion = deployed("true")[stage, service]
    asked = {each["function"].strip("${}") for each in targets(expansion)}
    versions = {
        logical_id
        for logical_id, resource in expansion.resources.items()
        if resource["Type"] == "AWS::Lambda::Version"
        and resource["Properties"]["FunctionName"] != {"Ref": HOOK}
    }
    assert asked == versions


@pytest.mark.parametrize(("stage", "service"), CANARIES)
def test_each_function_may_do_what_the_smoke_test_asks_of_it(stage: str, service: str) -> None:
    expansion = deployed("true")[stage, service]
    for target in targets(expansion):
        version = expansion.resources[target["function"].strip("${}")]
        function = version["Properties"]["FunctionName"]["Ref"]
        role = expansion.resources[f"{function.removesuffix('Function')}Role"]["Properties"]
        allowed = {
            action
            for each in role["Policies"][0]["PolicyDocument"]["Statement"]
            for action in each["Action"]
        }
        asked = target["asked"]
        if "key" in asked:
            require_row(role, asked["key"])
        needed = {f"dynamodb:{asked['read']}"} if "read" in asked else set()
        needed |= {"sqs:GetQueueAttributes"} if "queue" in asked else set()
        needed |= {"secretsmanager:GetSecretValue"} if "secret" in asked else set()
        assert needed <= allowed, function
        for name in ("table", "queue", "secret"):
            if name in asked:
                assert asked[name].strip("${}") in expansion.resources


def require_row(role: dict[str, Any], key: str) -> None:
    """Some functions may read the rows of some partitions only."""
    name = "TableReads" if "TableReads" in sids(role) else "Table"
    [rows] = [s for s in role["Policies"][0]["PolicyDocument"]["Statement"] if s["Sid"] == name]
    patterns = rows.get("Condition", {}).get("ForAllValues:StringLike", {})
    assert any(fnmatchcase(key, each) for each in patterns.get("dynamodb:LeadingKeys", ["*"]))


def sids(role: dict[str, Any]) -> set[str]:
    return {each["Sid"] for each in role["Policies"][0]["PolicyDocument"]["Statement"]}


def test_what_functions_read_is_asked_for() -> None:
    """A smoke test that asks for nothing passes always."""
    asked = {
        (service, each["function"].split("Function")[0].strip("${")): set(each["asked"])
        for service in SERVICES
        for each in targets(deployed("true")["prod", service])
    }
    table = {"table", "read", "key"}
    assert asked["auth", "Authorizer"] == {*table, "secret"}
    assert asked["transfer", "Consumer"] == {*table, "queue"}
    assert asked["ticketing", "Desk"] == {*table, "queue", "secret"}
    assert asked["progress", "Api"] == table


@pytest.mark.parametrize(("stage", "service"), CANARIES)
def test_hook_and_codedeploy_reach_no_other_service(stage: str, service: str) -> None:
    expansion = deployed("true")[stage, service]
    for role, own in (("SmokeTestRole", 2), ("DeploymentRole", 2)):
        statements = expansion.resources[role]["Properties"]["Policies"][0]["PolicyDocument"]
        bounded = [
            text_of(expansion, arn)
            for each in statements["Statement"]
            if each["Sid"] in ("Ask", "Shift", "Answer")
            for arn in (
                each["Resource"] if isinstance(each["Resource"], list) else [each["Resource"]]
            )
        ]
        assert len(bounded) >= own
        for arn in bounded:
            assert f":fileferry-{stage}-{service}-" in arn


def test_the_hook_ends_before_lambda_ends_it() -> None:
    spent = smoke_hook.LONGEST_SECONDS + smoke_hook.ANSWER_SECONDS + smoke_hook.RESERVE_SECONDS / 4
    assert smoke_hook.LONGEST_SECONDS + smoke_hook.RESERVE_SECONDS < SECONDS
    assert spent < SECONDS
