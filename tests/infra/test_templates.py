"""What holds for every template."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.stacks import (
    ONCE,
    REPOSITORY,
    SETTINGS_OF,
    STAGES,
    Stack,
    read_environment,
    stacks_of,
)
from tests.infra.resources import STACKS, TEMPLATES, Resource, resources

MOST_LINES, WIDEST = 320, 120
NAMED = {
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Serverless::StateMachine": "Name",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Events::Rule": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
}


def texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any part of a template
    """Every text in it."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)
    else:
        yield str(value)


@pytest.mark.parametrize("stack", STACKS, ids=str)
def test_no_template_is_too_long_to_read(stack: Stack) -> None:
    """Counts the lines that people write. The completed template is for machines."""
    lines = stack.template.read_text().splitlines()
    assert len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= WIDEST


@pytest.mark.parametrize("resource", [r for r in resources() if r.kind in NAMED], ids=str)
def test_names_say_stage_and_service(resource: Resource) -> None:
    """A role's name says the region, too, because all regions share IAM."""
    if resource.stack in ONCE:  # has each stage's name already, and a region is none of its matter
        assert resource.properties[NAMED[resource.kind]].startswith(f"fileferry-{resource.stack}-")
        return
    name = resource.properties[NAMED[resource.kind]]["Fn::Sub"]
    region = "${AWS::Region}-" if resource.kind == "AWS::IAM::Role" else ""
    of_stage = "account-" if resource.stack == "account" else "${Stage}-"
    own = "" if resource.stack == "account" else resource.stack
    if resource.kind == "AWS::CloudWatch::Alarm":
        own = ""  # of what it watches, which another stack has
    if (resource.stack, resource.logical_id) == ("worker", "Role"):
        [own] = SETTINGS_OF["worker"]  # whose events it publishes, and the bus looks at that
    start = f"fileferry-{of_stage}{region}{own}"
    assert name == start or name.startswith(f"{start}-" if own else start)


@pytest.mark.parametrize("stack", STACKS, ids=str)
def test_no_partition_region_or_account_is_written_out(stack: Stack) -> None:
    """Only defaults of parameters may have them, because these are the local values."""
    for text in texts(TEMPLATES[stack.name]["Resources"]):
        assert "arn:aws:" not in text
        assert "eu-central-1" not in text


def test_the_stacks_of_the_account_are_the_same_for_all_stages() -> None:
    names = {stage: {stack.deployed_name(stage) for stack in STACKS} for stage in STAGES}
    assert names["staging"] & names["prod"] == {"fileferry-account", "fileferry-pipeline"}
    assert "fileferry-account" not in {each.deployed_name("local") for each in stacks_of("local")}


def test_every_parameter_of_ssm_says_stage_and_service() -> None:
    parameters = [each for each in resources("AWS::SSM::Parameter") if each.stack != "account"]
    assert parameters
    for parameter in parameters:
        start = f"/fileferry/${{Stage}}/{parameter.stack}/"
        assert parameter.properties["Name"]["Fn::Sub"].startswith(start), str(parameter)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_sets_only_parameters_that_there_are(stage: str) -> None:
    environment = read_environment(stage)
    assert set(environment.parameters) <= {"all", *(stack.name for stack in STACKS)}
    for stack in stacks_of("local"):
        assert environment.of(stack)["Stage"] == stage


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "local"])
def test_no_local_default_reaches_aws(stage: str) -> None:
    """A default that names the local stage or the loopback has to be overridden on AWS."""
    environment = read_environment(stage)
    for stack in STACKS:
        given = environment.of(stack)
        for name, declared in stack.declared_parameters().items():
            default = str(declared.get("Default", ""))
            if "local" in default or "127.0.0" in default or default.endswith(":::*"):
                assert name in given, f"{stack.name}: {name} stays {default} on {stage}"


def test_locks_have_hashes_and_no_address() -> None:
    locks = [*REPOSITORY.glob("requirements/*.txt"), *REPOSITORY.glob("services/*/*.txt")]
    assert len(locks) >= 3
    for lock in locks:
        text = lock.read_text()
        for line in text.splitlines():
            assert line.startswith("    --hash=sha256:") or "==" in line, f"{lock.name}: {line}"
        for address in ("://", "--index", "--extra-index", "--find-links", " @ ", "file:"):
            assert address not in text, f"{lock.name} has {address}"
