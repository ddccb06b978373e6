"""The container worker is what the lane worker is, without its time limit."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from infra.complete import complete
from infra.complete.names import TemplateWrong
from infra.lint.expansion import Expansion
from infra.lint.physical import text_of
from infra.stacks import find_stack
from infra.worker.image import (
    WorkerWithoutNetwork,
    context,
    push_image,
    require_network,
    tag_of,
)
from services.transfer.settings import TransferSettings
from tests.infra.deployments import optional_expansions, real_expansions
from tests.unit.transfer.test_settings import NEEDED

DOMAIN = ".amazonaws.com/"  # of a queue, which the lint leaves out where it answers a Ref
FUNCTIONS_OWN = {"Log", "Trace", "Interfaces", "NotItself"}
SETTINGS: dict[str, Any] = {name.lower(): value for name, value in NEEDED.items()}
ADDRESS = "111122223333.dkr.example/fileferry-dev-worker"


@pytest.fixture(scope="module")
def expanded() -> dict[str, Expansion]:
    """With every option, as AWS would see the two stacks."""
    return {each.deployment.stack: each for each in optional_expansions()}


def statements(expansion: Expansion, role: str) -> dict[str, tuple[set[str], set[str]]]:
    """Actions and resources, by Sid."""
    policies = expansion.resources[role]["Properties"]["Policies"]
    return {
        each["Sid"]: (
            set(each["Action"]),
            {
                text_of(expansion, one)
                for one in (
                    each["Resource"] if isinstance(each["Resource"], list) else [each["Resource"]]
                )
            },
        )
        for policy in policies
        for each in policy["PolicyDocument"]["Statement"]
    }


def test_its_role_may_do_what_the_lane_workers_role_may(expanded: dict[str, Expansion]) -> None:
    function = statements(expanded["transfer"], "LaneWorkerRole")
    container = statements(expanded["worker"], "Role")
    assert set(container) == set(function) - FUNCTIONS_OWN | {"Protect"}
    for sid in set(container) - {"Protect", "Receive", "HoldLaneMessage"}:
        assert container[sid] == function[sid], sid
    for sid in ("Receive", "HoldLaneMessage"):
        [queue] = container[sid][1]
        assert container[sid][0] == function[sid][0]
        assert queue.endswith("-transfer-lanes-long")
        assert {queue.removesuffix("-long")} == function[sid][1]


def test_its_settings_are_those_of_the_functions(expanded: dict[str, Expansion]) -> None:
    function = expanded["transfer"].resources["LaneWorkerFunction"]["Properties"]
    theirs = function["Environment"]["Variables"]
    task = expanded["worker"].resources["Task"]["Properties"]["ContainerDefinitions"][0]
    own = {each["Name"]: each["Value"] for each in task["Environment"]}
    assert set(own) - set(theirs) == {"AWS_DEFAULT_REGION", "POWERTOOLS_TRACE_DISABLED"}
    for name, value in theirs.items():
        seen = text_of(expanded["transfer"], value)
        at = text_of(expanded["worker"], own[name]).replace(DOMAIN, "/")
        assert at == seen, name


def test_it_runs_as_nobody_on_a_disk_that_it_cannot_change(
    expanded: dict[str, Expansion],
) -> None:
    task = expanded["worker"].resources["Task"]["Properties"]["ContainerDefinitions"][0]
    assert task["ReadonlyRootFilesystem"] is True
    assert task["User"] == "10001:10001"
    assert "USER 10001:10001" in Path("services/transfer/Dockerfile").read_text()


def test_a_hand_over_is_done_before_the_task_is_ended(expanded: dict[str, Expansion]) -> None:
    task = expanded["worker"].resources["Task"]["Properties"]["ContainerDefinitions"][0]
    longest = expanded["transfer"].deployment.template["Parameters"]["HandOverSeconds"]["MaxValue"]
    assert longest + 20 <= float(task["StopTimeout"])


def test_there_are_as_many_tasks_as_lanes_or_a_few_more(expanded: dict[str, Expansion]) -> None:
    resources = expanded["worker"].resources
    policy = resources["MoreWorkers"]["Properties"]["StepScalingPolicyConfiguration"]
    threshold = float(resources["LanesWaitAlarm"]["Properties"]["Threshold"])
    most = int(expanded["worker"].deployment.template["Parameters"]["MaxWorkers"]["MaxValue"])

    def tasks(lanes: int) -> int:
        [step] = [
            each
            for each in policy["StepAdjustments"]
            if float(each["MetricIntervalLowerBound"]) <= lanes - threshold
            and lanes - threshold < float(each.get("MetricIntervalUpperBound", "inf"))
        ]
        return int(step["ScalingAdjustment"])

    assert [tasks(lanes) for lanes in (1, 2, 3, 4, 5, 8, 9)] == [1, 2, 3, 4, 8, 8, 16]
    assert all(min(lanes, most) <= tasks(lanes) < 2 * lanes for lanes in range(1, 300))


def test_the_reader_trusts_it_where_it_is_there(expanded: dict[str, Expansion]) -> None:
    role = expanded["worker"].resources["Role"]["Properties"]["RoleName"]
    trust = expanded["transfer"].resources["ReaderRole"]["Properties"]["AssumeRolePolicyDocument"]
    named = [each["Condition"]["ArnEquals"]["aws:PrincipalArn"] for each in trust["Statement"][1:]]
    assert [each.rpartition("/")[2] for each in named] == [role]


def test_a_stage_without_long_turns_has_none_of_it() -> None:
    for expansion in real_expansions():
        if expansion.deployment.stack == "worker":
            assert expansion.resources == {}
        if expansion.deployment.stack == "transfer":
            trust = expansion.resources["ReaderRole"]["Properties"]["AssumeRolePolicyDocument"]
            assert len(trust["Statement"]) == 1


@pytest.mark.parametrize(
    ("section", "told"),
    [({"service": "transfer"}, "write function"), ({"service": "none"}, "no service 'none'")],
)
def test_a_container_of_what_is_not_there_is_refused(section: dict[str, Any], told: str) -> None:
    with pytest.raises(TemplateWrong, match=told):
        complete({"ContainerOf": section, "Resources": {}}, "worker", ["transfer"])


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({"InVpc": "true"}, None),
        ({"InVpc": "false", "Subnets": "subnet-1", "SecurityGroups": "sg-1"}, None),
        ({"InVpc": "false", "Subnets": "", "SecurityGroups": "sg-1"}, "but Subnets of"),
        ({}, "but Subnets and SecurityGroups of"),
    ],
)
def test_tasks_without_a_network_are_refused_before_the_deployment(
    values: dict[str, str], missing: str | None
) -> None:
    if missing is None:
        require_network(values)
        return
    with pytest.raises(WorkerWithoutNetwork, match=missing):
        require_network(values)


def test_a_turn_is_as_long_as_the_settings_take_it() -> None:
    declared = find_stack("transfer").completed()["Parameters"]["LongTurnSeconds"]
    for edge in (declared["MinValue"], declared["MaxValue"]):
        assert TransferSettings(**SETTINGS, long_turn_seconds=edge).long_turn_seconds == edge
    for beyond in (declared["MinValue"] - 1, declared["MaxValue"] + 1):
        with pytest.raises(ValidationError):
            TransferSettings(**SETTINGS, long_turn_seconds=beyond)


class Registry:
    """ECR with these tags."""

    def __init__(self, *tags: str) -> None:
        self.tags = tags

    def batch_get_image(self, **wanted: Any) -> dict[str, Any]:  # noqa: ANN401
        asked = [each["imageTag"] for each in wanted["imageIds"]]
        return {"images": [tag for tag in asked if tag in self.tags]}

    def get_authorization_token(self) -> dict[str, Any]:
        token = base64.b64encode(b"AWS:once").decode()
        return {"authorizationData": [{"authorizationToken": token}]}


def test_its_image_is_built_from_the_lock_and_pushed_once() -> None:
    folder, ran = context(), list[tuple[Sequence[str], str]]()
    assert (folder / "services/transfer/worker.py").exists()
    assert "--hash=sha256:" in (folder / "requirements.txt").read_text()
    run = lambda command, told: ran.append((command, told))  # noqa: E731
    push_image(folder, ADDRESS, Registry(), run)
    assert [command[1] for command, _ in ran] == ["build", "login", "push"]
    assert ran[1][1] == "once"
    assert not any("once" in word for command, _ in ran for word in command)
    assert ran[2][0][-1] == f"{ADDRESS}:{tag_of(folder)}"
    push_image(folder, ADDRESS, Registry(tag_of(folder)), run)
    assert len(ran) == 3


def test_the_functions_packages_hold_nothing_of_the_image() -> None:
    assert find_stack("worker").template.exists()
    assert not (context() / "services/transfer/Dockerfile").exists()
