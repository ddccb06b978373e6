"""All rules together, with cfn-lint on what AWS sees."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.lint.deployments import AWS_STAGES, Deployment
from infra.lint.finding import Finding, told
from infra.lint.judge import judge
from infra.lint.names import collisions
from infra.lint.schema import schema_errors
from tests.infra.deployments import (
    deployment,
    expansion,
    expansions,
    real_deployments,
    sub,
    template,
)


def rules(findings: list[Finding]) -> set[str]:
    return {finding.rule for finding in findings}


def queue(**properties: object) -> dict[str, Any]:
    named = {"QueueName": sub("fileferry-${Stage}-mail"), **properties}
    return template({"Queue": {"Type": "AWS::SQS::Queue", "Properties": named}})


def test_cfn_lint_judges_the_values_of_the_stage() -> None:
    """AWS knows a retention of 365 days, but none of 366. Neither value stands in the template."""
    log = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": {"Ref": "Days"}}}
    days = {"Type": "Number", "Default": 365}
    written = template({"Log": log}, Parameters={"Days": days})
    right = deployment(written)
    assert not list(schema_errors(expansions(right)[0]))
    wrong = replace(right, values={"Days": "366"})
    [finding] = schema_errors(expansions(wrong)[0])
    assert (finding.stack, finding.stage, finding.logical_id) == ("mail", "dev", "Log")
    assert "366" in finding.message
    assert "RetentionInDays" in finding.message


def test_cfn_lint_judges_a_workflow_with_its_values(tmp_path: Path) -> None:
    flow = '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Pause}, "%s": true}}}'
    machine = {
        "DefinitionUri": "flow.asl.json",
        "DefinitionSubstitutions": {"Pause": 3},
        "Role": "arn:aws:iam::111122223333:role/flow",
    }
    written = template({"Flow": {"Type": "AWS::Serverless::StateMachine", "Properties": machine}})
    flowing = deployment(written, folder=tmp_path)
    (tmp_path / "flow.asl.json").write_text(flow % "End")
    assert not list(schema_errors(expansions(flowing)[0]))
    (tmp_path / "flow.asl.json").write_text(flow % "Ent")
    found = list(schema_errors(expansions(flowing)[0]))
    assert {finding.logical_id for finding in found} == {"Flow"}


def test_a_reference_to_what_the_stage_does_not_have_is_found() -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Gone"}}}
    [finding] = schema_errors(expansion({"Topic": topic}))
    assert "Gone" in finding.message


def test_what_expansion_itself_wrote_is_no_mistake() -> None:
    """Zones in the place of Fn::GetAZs, and an escape that is left alone in its Sub."""
    zone = {"Fn::Select": [0, {"Fn::GetAZs": ""}]}
    subnet = {"VpcId": "vpc-0a1b2c3d", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": zone}
    topic = {"DisplayName": sub("${Stage}-${!Kept}")}
    expanded = expansion(
        {
            "Subnet": {"Type": "AWS::EC2::Subnet", "Properties": subnet},
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": topic},
        }
    )
    assert not list(schema_errors(expanded))


def test_what_is_right_gets_no_word() -> None:
    assert not list(judge([deployment(queue(), stage) for stage in ("dev", "prod")]))


def test_what_is_not_well_formed_is_told_alone() -> None:
    wrong = deployment(queue(QueueName="fixed", DelaySeconds=901))
    findings = list(judge([wrong, replace(wrong, stage="prod")]))
    assert {each[:9] for each in rules(findings)} == {"cfn-lint "}


def test_what_sam_refuses_is_told() -> None:
    function = {"Type": "AWS::Serverless::Function", "Properties": {"Role": "x"}}
    [finding] = judge([deployment(template({"Send": function}))])
    assert finding.rule == "sam"
    assert "Send" in finding.message


def test_the_same_mistake_of_several_stages_is_told_once() -> None:
    found = [
        Finding("mail", "Alarm", "alarm", f"There is no fileferry-{stage}-x.", stage)
        for stage in ("prod", "dev")
    ]
    assert told(found) == ["mail/Alarm on dev, prod: [alarm] There is no fileferry-<stage>-x."]


def with_resource(deployed: Deployment, **resources: object) -> Deployment:
    written = deployed.template
    return replace(
        deployed, template={**written, "Resources": {**written["Resources"], **resources}}
    )


def test_a_mistake_put_into_a_real_stack_is_found_on_every_stage() -> None:
    """The stacks as they are, and the bus with a policy whose StatementId lacks the stage."""
    policy = {
        "Type": "AWS::Events::EventBusPolicy",
        "Properties": {"EventBusName": {"Ref": "Bus"}, "StatementId": "Mistake"},
    }
    changed = [
        with_resource(each, Mistake=policy) if each.stack == "bus" else each
        for each in real_deployments()
    ]
    found = [each for each in collisions(expansions(*changed)) if each.logical_id == "Mistake"]
    assert {(each.stack, each.stage) for each in found} == {("bus", stage) for stage in AWS_STAGES}
    assert all("put ${Stage} into it" in each.message for each in found)
