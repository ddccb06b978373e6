"""The options that SAM gets, and what happens after SAM."""

import copy
import json
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from infra.deploy import asked_afterwards, parameters_of
from infra.protection import protect_tables
from infra.sam import quoted, sam_command, write_completed
from infra.stacks import REPOSITORY, STAGES, all_stacks, find_stack, read_environment
from infra.stage_values import MappingWrong, NobodyHears, require_alarm_address, require_mapping
from tests.infra.resources import TEMPLATES

REGION = "eu-central-1"


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_sam_finds_every_local_file_from_where_the_completed_template_is(name: str) -> None:
    path = write_completed(find_stack(name))
    template = json.loads(path.read_text())
    assert path.is_relative_to(REPOSITORY / "build")
    functions = template.get("Globals", {}).get("Function", {})
    if functions:
        assert (path.parent / functions["CodeUri"]).resolve() == REPOSITORY / "build" / name
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if "DefinitionUri" in properties:
            assert (path.parent / properties["DefinitionUri"]).is_file()
        if "DefinitionBody" in properties:
            location = properties["DefinitionBody"]["Fn::Transform"]["Parameters"]["Location"]
            assert (path.parent / location).is_file()


def test_the_stack_of_the_account_has_neither_the_stages_name_nor_its_tag() -> None:
    for stage in ("staging", "prod"):
        stack = find_stack("account")
        command = sam_command(stack, stage, "sam", read_environment(stage).of(stack))
        assert command[command.index("--stack-name") + 1] == "fileferry-account"
        assert not [word for word in command if stage in word]


def test_a_first_deployment_that_fails_leaves_nothing_in_the_way_of_the_next() -> None:
    """Rolled back only, the stack could be neither updated nor created again."""
    stack = find_stack("auth")
    command = sam_command(stack, "dev", "sam", read_environment("dev").of(stack))
    assert command[command.index("--on-failure") + 1] == "DELETE"


@pytest.mark.parametrize("stage", STAGES)
def test_the_mapping_of_tickets_can_be_used(stage: str) -> None:
    require_mapping(read_environment(stage).of(find_stack("ticketing")))


def test_alarms_that_nobody_would_hear_are_not_deployed() -> None:
    with pytest.raises(NobodyHears, match=r"alarms of dev.*infra/environments/dev\.toml"):
        require_alarm_address({"AlarmAddress": ""}, "dev")
    require_alarm_address({"AlarmAddress": "ops@example.com"}, "dev")
    require_alarm_address({"AlarmAddress": ""}, "local")
    require_alarm_address({}, "dev")  # a stack that has no address to give
    for stack in all_stacks():
        declares = "AlarmAddress" in stack.declared_parameters()
        assert declares == (stack.name == "bus")
    if not read_environment("dev").of(find_stack("bus"))["AlarmAddress"]:
        with pytest.raises(NobodyHears):
            parameters_of(find_stack("bus"), "dev", "")


@pytest.mark.parametrize("wrong", ["{", "[]", '{"user": {"table": "u_mine"}}', "{'user': {}}"])
def test_a_wrong_mapping_of_tickets_is_not_deployed(wrong: str) -> None:
    """The functions would die of it one by one, and events with them."""
    with pytest.raises(MappingWrong, match="TicketMapping"):
        require_mapping({"TicketMapping": wrong})


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("", "''"),
        ("a b", "'a b'"),
        ('{"a": "it\'s"}', r"""'{"a": "it\'s"}'"""),
        (r'{"a": "\"b\" \n"}', r"""'{"a": "\\"b\\" \n"}'"""),
    ],
)
def test_values_are_quoted_as_sam_reads_them(value: str, written: str) -> None:
    """SAM takes \' and \" for quotes wherever they stand, and ends a value at another quote."""
    assert quoted(value) == written


def test_no_template_protects_a_table_before_it_stands() -> None:
    for template in TEMPLATES.values():
        assert "DeletionProtectionEnabled" not in json.dumps(template)


def test_tables_of_a_stack_that_stands_are_protected_once(tmp_path: Path) -> None:
    table = copy.deepcopy(TEMPLATES["auth"]["Resources"]["AuthTable"])
    table["Properties"].pop("UpdateReplacePolicy", None)
    table["Properties"].pop("SSESpecification")
    stage = {"Type": "String", "Default": "local"}
    template = {"Parameters": {"Stage": stage}, "Resources": {"AuthTable": table}}
    with mock_aws():
        cloudformation, dynamodb = (
            boto3.client(name, region_name=REGION) for name in ("cloudformation", "dynamodb")
        )
        cloudformation.create_stack(StackName="s", TemplateBody=json.dumps(template))
        protected = protect_tables("s", cloudformation, dynamodb)
        assert protected == ["fileferry-local-auth"]
        [name] = protected
        assert dynamodb.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"]
        assert protect_tables("s", cloudformation, dynamodb) == []


@pytest.mark.parametrize(
    ("values", "before", "asked"),
    [
        ({"Canary": "true"}, "UPDATE_COMPLETE", False),  # CodeDeploy did
        ({"Canary": "true"}, None, True),
        ({"Canary": "true"}, "REVIEW_IN_PROGRESS", True),
        ({"Canary": "false"}, "UPDATE_COMPLETE", True),
        ({}, None, False),  # a stack without functions to ask
    ],
)
def test_the_smoke_test_comes_afterwards_where_codedeploy_does_not_ask(
    values: dict[str, str], before: str | None, asked: bool
) -> None:
    assert asked_afterwards(values, before) == asked
