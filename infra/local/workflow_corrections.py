"""Corrections of MiniStack's Step Functions: versions and aliases of workflows, as on AWS.

CloudFormation makes them, and an execution runs the definition of the version that it was started
with, until its end. Stock MiniStack knows them by its API only, and runs the newest definition.
"""

import json
from contextvars import ContextVar
from typing import Any

import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.stepfunctions as workflows
from ministack.core.responses import AccountRegionScopedDict

from infra.local.anchors import expect

VERSION, ALIAS = "AWS::StepFunctions::StateMachineVersion", "AWS::StepFunctions::StateMachineAlias"
Properties = dict[str, Any]
Made = tuple[str, dict[str, str]]  # physical id, attributes

# The version of the execution that this thread runs, or None.
_running: ContextVar[str | None] = ContextVar("running", default=None)


class DefinitionsOfVersions(AccountRegionScopedDict):  # type: ignore[misc] # MiniStack has no types
    """A thread that runs an execution of a version gets the machine with that definition."""

    __slots__ = ()

    def get(self, arn: str, default: Any = None) -> Any:  # noqa: ANN401
        machine, version = super().get(arn, default), _running.get()
        if machine is None or version is None or not version.startswith(f"{arn}:"):
            return machine
        kept = workflows._state_machine_versions.get(version)
        return {**machine, "definition": kept["definition"]} if kept else machine


def version_workflows() -> None:
    known = provisioners._RESOURCE_HANDLERS
    expect("AWS::StepFunctions::StateMachine" in known, "CloudFormation's workflows moved")
    expect(VERSION not in known and ALIAS not in known, "CloudFormation has versions of workflows")
    expect(type(workflows._state_machines) is AccountRegionScopedDict, "the state machines moved")
    expect(callable(workflows._execution_version_arn), "the version of an alias moved")
    known[VERSION] = {"create": make_version, "update": renew_version, "delete": remove_version}
    known[ALIAS] = {"create": make_alias, "update": turn_alias, "delete": remove_alias}
    workflows._state_machines.__class__ = DefinitionsOfVersions
    start = workflows._start_execution

    def start_version(wish: dict[str, Any]) -> Any:  # noqa: ANN401
        """The thread that it starts gets a copy of the context."""
        before = _running.set(workflows._execution_version_arn(wish.get("stateMachineArn", "")))
        try:
            return start(wish)
        finally:
            _running.reset(before)

    workflows._start_execution = start_version


def make_version(logical_id: str, properties: Properties, stack: str) -> Made:
    told = _answered(
        workflows._publish_state_machine_version({"stateMachineArn": properties["StateMachineArn"]})
    )
    arn = told["stateMachineVersionArn"]
    return arn, {"Arn": arn}


def renew_version(arn: str, old: Properties, new: Properties, stack: str) -> Made:
    """Another revision makes another version. The templates retain the one before."""
    return make_version("", new, stack)


def remove_version(arn: str, properties: Properties) -> None:
    workflows._delete_state_machine_version({"stateMachineVersionArn": arn})


def make_alias(logical_id: str, properties: Properties, stack: str) -> Made:
    wish = {"name": properties["Name"], "routingConfiguration": _routes(properties)}
    arn = _answered(workflows._create_state_machine_alias(wish))["stateMachineAliasArn"]
    return arn, {"Arn": arn}


def turn_alias(arn: str, old: Properties, new: Properties, stack: str) -> Made:
    wish = {"stateMachineAliasArn": arn, "routingConfiguration": _routes(new)}
    _answered(workflows._update_state_machine_alias(wish))
    return arn, {"Arn": arn}


def remove_alias(arn: str, properties: Properties) -> None:
    workflows._delete_state_machine_alias({"stateMachineAliasArn": arn})


def _routes(properties: Properties) -> list[dict[str, Any]]:
    arn = properties["DeploymentPreference"]["StateMachineVersionArn"]
    return [{"stateMachineVersionArn": arn, "weight": 100}]


def _answered(answer: tuple[int, Any, bytes]) -> dict[str, Any]:
    """Raises ValueError, by which CloudFormation tells why a resource could not be made."""
    status, _, body = answer
    told: dict[str, Any] = json.loads(body)
    if status >= 400:
        raise ValueError(f"{told.get('__type')}: {told.get('message')}")
    return told
