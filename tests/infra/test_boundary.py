"""Roles with the boundary of their stage, and resources that are repeated for each stage."""

from dataclasses import replace

import pytest

from infra.complete import TemplateWrong, complete
from infra.complete.boundary import with_boundary
from infra.lint.boundaries import unbounded_roles
from infra.lint.expansion import expand
from tests.infra.deployments import FUNCTION, deployment, template
from tests.infra.test_completion import SHORT


def test_a_role_gets_the_boundary_where_the_stage_sets_one() -> None:
    made = complete(SHORT, "notify", ["notify"])
    roles = [each for each in made["Resources"].values() if each["Type"] == "AWS::IAM::Role"]
    assert len(roles) > 3
    for role in roles:
        condition, then, otherwise = role["Properties"]["PermissionsBoundary"]["Fn::If"]
        assert made["Conditions"][condition] == {
            "Fn::Not": [{"Fn::Equals": [{"Ref": "PermissionsBoundary"}, ""]}]
        }
        assert then["Fn::Sub"].endswith(":policy/${PermissionsBoundary}")
        assert otherwise == {"Ref": "AWS::NoValue"}
    assert made["Parameters"]["PermissionsBoundary"]["Default"] == ""


def test_a_stack_without_a_role_or_a_stage_has_no_boundary() -> None:
    for written in (
        {
            "Parameters": {"Stage": {"Type": "String"}},
            "Resources": {"T": {"Type": "AWS::SNS::Topic"}},
        },
        {"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {}}}},
    ):
        assert with_boundary(written) == written


def test_what_each_stage_has_is_repeated_under_names_of_its_own() -> None:
    written = {
        "Resources": {"Provider": {"Type": "P"}},
        "EachStage": {
            "stages": ["dev", "prod"],
            "resources": {
                "Deploy": {
                    "Type": "R",
                    "Name": "x-${Stage}",
                    "On": {"Fn::Sub": "${Limit.Arn}/${Stage}"},
                },
                "Limit": {
                    "Type": "L",
                    "Of": [
                        {"Ref": "Deploy"},
                        {"Ref": "Provider"},
                        {"Fn::GetAtt": ["Deploy", "Arn"]},
                    ],
                },
            },
        },
    }
    made = complete(written, "pipeline", [])["Resources"]
    assert set(made) == {"Provider", "DevDeploy", "DevLimit", "ProdDeploy", "ProdLimit"}
    assert made["ProdDeploy"] == {
        "Type": "R",
        "Name": "x-prod",
        "On": {"Fn::Sub": "${ProdLimit.Arn}/prod"},
    }
    assert made["DevLimit"]["Of"] == [
        {"Ref": "DevDeploy"},
        {"Ref": "Provider"},
        {"Fn::GetAtt": ["DevDeploy", "Arn"]},
    ]


def test_each_stage_wants_its_two_sections() -> None:
    with pytest.raises(TemplateWrong, match="EachStage: write stages and resources"):
        complete({"EachStage": {"stages": ["dev"]}}, "pipeline", [])


def test_a_role_that_sam_adds_has_no_boundary_and_is_found() -> None:
    canary = {"AutoPublishAlias": "live", "DeploymentPreference": {"Type": "AllAtOnce"}}
    role = {"Role": "arn:aws:iam::111122223333:role/fileferry-dev-mail-send"}
    send = {"Type": "AWS::Serverless::Function", "Properties": {**FUNCTION, **canary, **role}}
    bounded = {"Stage": "dev", "PermissionsBoundary": "fileferry-pipeline-dev-boundary"}
    for values, found in ((bounded, ["CodeDeployServiceRole"]), ({"Stage": "dev"}, [])):
        expansion = expand(replace(deployment(template({"Send": send})), values=values), {})
        assert [each.logical_id for each in unbounded_roles(expansion)] == found
