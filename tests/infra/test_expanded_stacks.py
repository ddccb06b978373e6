"""Every stack on dev, staging and prod, as AWS would see it."""

from infra.lint.catalogue import KINDS
from infra.lint.deployments import AWS_STAGES
from infra.lint.finding import told
from infra.lint.judge import judge
from infra.lint.options import with_every_option
from infra.stacks import all_stacks
from tests.infra.deployments import optional_expansions, real_deployments, real_expansions

NAMES_NOBODY = {  # properties that end in Name and refer to something else
    "AWS::CloudTrail::Trail": {"S3BucketName"},
    "AWS::CodeDeploy::DeploymentGroup": {"ApplicationName", "DeploymentConfigName"},
    "AWS::Events::EventBusPolicy": {"EventBusName"},
    "AWS::Events::Rule": {"EventBusName"},
    "AWS::Lambda::Alias": {"FunctionName"},
    "AWS::Lambda::EventSourceMapping": {"FunctionName"},
    "AWS::Lambda::Permission": {"FunctionName"},
    "AWS::Lambda::Version": {"FunctionName"},
    "AWS::CloudWatch::Alarm": {"MetricName"},
}


def test_every_stack_is_deployed_to_every_stage_of_aws() -> None:
    deployed = [(each.stage, each.stack) for each in real_deployments()]
    assert deployed == [(stage, stack.name) for stage in AWS_STAGES for stack in all_stacks()]
    assert {"dev", "staging", "prod"} == set(AWS_STAGES)


def test_aws_would_take_every_stack_on_every_stage() -> None:
    findings = told(judge(real_deployments()))
    assert not findings, "\n" + "\n".join(findings)


def test_aws_would_take_every_stack_with_every_option() -> None:
    findings = told(judge(with_every_option(real_deployments())))
    assert not findings, "\n" + "\n".join(findings)


def test_every_condition_is_judged_both_ways() -> None:
    """If a condition were never true, or never false, the parts behind it would not be checked."""
    seen: dict[tuple[str, str], set[bool]] = {}
    for expansion in (*real_expansions(), *optional_expansions()):
        for name, holds in expansion.conditions.items():
            seen.setdefault((expansion.deployment.stack, name), set()).add(holds)
    one_way = {name for (_, name), answers in seen.items() if len(answers) == 1}
    assert one_way == {"OnAws"}, "give the others a value in infra/lint/options.py"


def test_the_lint_knows_every_resource_that_has_a_name() -> None:
    """A kind that the catalogue lacks would be free to collide."""
    for expansion in real_expansions():
        for logical_id, resource in expansion.resources.items():
            kind = resource["Type"]
            named = {each for each in resource.get("Properties", {}) if each.endswith("Name")}
            named -= NAMES_NOBODY.get(kind, set())
            known = {KINDS[kind].named_by} if kind in KINDS else set()
            assert named <= known, f"{logical_id}: how far is {kind} alone with {named}?"
