"""Every template, whatever it deploys."""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.stacks import REPOSITORY, STAGES, Stack, read_environment
from tests.infra.resources import STACKS, Resource, resources

MOST_LINES = 400
NAMED = {
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Serverless::StateMachine": "Name",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Events::Rule": "Name",
    "AWS::CloudWatch::Alarm": "AlarmName",
}


def lint(*templates: Path) -> "subprocess.CompletedProcess[str]":
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    command: list[str | Path] = [cfn_lint, "--regions", "eu-central-1", "--template", *templates]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_cfn_lint_has_nothing_to_say() -> None:
    linted = lint(*(stack.template for stack in STACKS))
    assert linted.returncode == 0, linted.stdout + linted.stderr


def test_cfn_lint_would_notice_a_wrong_property(tmp_path: Path) -> None:
    wrong = tmp_path / "template.yaml"
    wrong.write_text("Resources: {Q: {Type: 'AWS::SQS::Queue', Properties: {Nonsense: 1}}}\n")
    linted = lint(wrong)
    assert linted.returncode != 0
    assert "Nonsense" in linted.stdout


@pytest.mark.parametrize("stack", STACKS, ids=str)
def test_no_template_is_too_long_to_read(stack: Stack) -> None:
    assert len(stack.template.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("resource", [r for r in resources() if r.kind in NAMED], ids=str)
def test_names_say_stage_and_service(resource: Resource) -> None:
    name = resource.properties[NAMED[resource.kind]]["Fn::Sub"]
    stack = resource.stack
    assert name == f"fileferry-${{Stage}}-{stack}" or name.startswith(
        f"fileferry-${{Stage}}-{stack}-"
    )


def test_every_parameter_of_ssm_says_stage_and_service() -> None:
    parameters = resources("AWS::SSM::Parameter")
    assert parameters
    for parameter in parameters:
        start = f"/fileferry/${{Stage}}/{parameter.stack}/"
        assert parameter.properties["Name"]["Fn::Sub"].startswith(start), str(parameter)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_sets_only_parameters_that_there_are(stage: str) -> None:
    environment = read_environment(stage)
    assert set(environment.parameters) <= {"all", *(stack.name for stack in STACKS)}
    for stack in STACKS:
        assert environment.of(stack)["Stage"] == stage


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "local"])
def test_no_local_default_reaches_aws(stage: str) -> None:
    """A default that names the local stage or the loopback has to be overridden on AWS."""
    environment = read_environment(stage)
    for stack in STACKS:
        given = environment.of(stack)
        for name, declared in stack.declared_parameters().items():
            default = str(declared.get("Default", ""))
            if "local" in default or "127.0.0" in default:
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
