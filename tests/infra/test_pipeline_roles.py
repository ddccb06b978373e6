"""Who becomes a deploy role, and what it can do."""

import json
from collections.abc import Iterator

import pytest

from infra.lint.deployments import AWS_STAGES
from infra.lint.expansion import ACCOUNT
from infra.stacks import find_stack, read_environment
from tests.infra.deployments import optional_expansions
from tests.infra.policy_evaluation import (
    allowed,
    as_list,
    literal,
    managed,
    pipeline,
    trust_of,
)

TOKEN = "token.actions.githubusercontent.com"
BECOME = "sts:AssumeRoleWithWebIdentity"
REPOSITORY = "example/fileferry"
LARGEST_POLICY = 6144  # characters that IAM takes, without white space
IAM = f"arn:aws:iam::{ACCOUNT}"
BOUNDARY = {"iam:PermissionsBoundary": f"{IAM}:policy/fileferry-pipeline-dev-boundary"}
ROLE = f"{IAM}:role/fileferry-dev-eu-central-1-auth-api"


def here(service: str, rest: str) -> str:
    return f"arn:aws:{service}:eu-central-1:{ACCOUNT}:{rest}"


def becomes(role: str, sub: str | None, aud: str | None = "sts.amazonaws.com") -> bool:
    claims = {f"{TOKEN}:sub": sub, f"{TOKEN}:aud": aud}
    given = {key: value for key, value in claims.items() if value is not None}
    return allowed(trust_of(role), BECOME, "*", given)


def may(action: str, resource: str, **context: str) -> bool:
    given = {key.replace("__", ":"): value for key, value in context.items()}
    statements = [*managed("DevDeployStacks"), *managed("DevDeployResources")]
    return allowed(statements, action, resource, {"aws:ResourceAccount": ACCOUNT, **given})


@pytest.mark.parametrize("stage", AWS_STAGES)
@pytest.mark.parametrize(("role", "environment"), [("Deploy", ""), ("See", "-see")])
def test_jobs_of_its_own_environment_become_a_role(stage: str, role: str, environment: str) -> None:
    role = stage.capitalize() + role
    assert becomes(role, f"repo:{REPOSITORY}:environment:{stage}{environment}")
    for other in AWS_STAGES:
        for end in ("", "-see"):
            if (other, end) != (stage, environment):
                assert not becomes(role, f"repo:{REPOSITORY}:environment:{other}{end}")


@pytest.mark.parametrize(
    "sub",
    [
        None,
        "",
        "*",
        f"repo:{REPOSITORY}:ref:refs/heads/main",
        f"repo:{REPOSITORY}:pull_request",
        f"repo:{REPOSITORY}:environment:DEV",
        f"repo:{REPOSITORY}:environment:dev ",
        f"repo:{REPOSITORY}:environment:dev:ref:refs/heads/main",
        f"repo:{REPOSITORY}:environment:dev-of-mine",
        f"repo:{REPOSITORY}-fork:environment:dev",
        f"repo:{REPOSITORY}",
        "repo:somebody/fileferry:environment:dev",
        "repo:example/other:environment:dev",
        "repo:Example/fileferry:environment:dev",
        "xrepo:example/fileferry:environment:dev",
    ],
)
def test_any_other_subject_is_refused(sub: str | None) -> None:
    assert not becomes("DevDeploy", sub)


@pytest.mark.parametrize("aud", [None, "", "https://github.com/example", "sts.amazonaws.com.evil"])
def test_a_token_for_somebody_else_is_refused(aud: str | None) -> None:
    assert not becomes("DevDeploy", f"repo:{REPOSITORY}:environment:dev", aud)


@pytest.mark.parametrize(
    "role", [f"{s.capitalize()}{r}" for s in AWS_STAGES for r in ("Deploy", "See")]
)
def test_both_claims_are_compared_as_a_whole(role: str) -> None:
    [statement] = trust_of(role)
    assert set(statement["Condition"]) == {"StringEquals"}
    assert set(statement["Condition"]["StringEquals"]) == {f"{TOKEN}:aud", f"{TOKEN}:sub"}
    assert set(statement["Principal"]) == {"Federated"}
    assert "*" not in json.dumps(statement)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("iam:CreateRole", ROLE, {}),
        ("iam:CreateRole", ROLE, {"iam__PermissionsBoundary": f"{IAM}:policy/mine"}),
        ("iam:CreateRole", f"{IAM}:role/fileferry-prod-x", {}),
        ("iam:CreateRole", f"{IAM}:role/admin", {}),
        ("iam:PutRolePolicy", ROLE, {}),
        ("iam:AttachRolePolicy", ROLE, {}),
        ("iam:DeleteRolePermissionsBoundary", ROLE, {}),
        ("iam:PutRolePermissionsBoundary", ROLE, {"iam__PermissionsBoundary": f"{IAM}:policy/x"}),
        ("iam:PassRole", ROLE, {"iam__PassedToService": "ec2.amazonaws.com"}),
        ("iam:PassRole", f"{IAM}:role/admin", {"iam__PassedToService": "lambda.amazonaws.com"}),
        ("iam:CreatePolicyVersion", f"{IAM}:policy/fileferry-pipeline-dev-boundary", {}),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/fileferry-pipeline-dev-deploy", {}),
        ("iam:PutRolePolicy", f"{IAM}:role/fileferry-pipeline-dev-deploy", {}),
        ("iam:CreateUser", f"{IAM}:user/me", {}),
        ("sts:AssumeRole", f"{IAM}:role/admin", {}),
        ("cloudformation:UpdateStack", here("cloudformation", "stack/fileferry-prod-auth/1"), {}),
        ("cloudformation:UpdateStack", here("cloudformation", "stack/fileferry-pipeline/1"), {}),
        ("cloudformation:UpdateStack", here("cloudformation", "stack/fileferry-account/1"), {}),
        ("lambda:UpdateFunctionCode", here("lambda", "function:fileferry-prod-auth-api"), {}),
        ("lambda:UpdateFunctionCode", here("lambda", "function:payroll"), {}),
        ("ssm:PutParameter", here("ssm", "parameter/fileferry/prod/api/rest/id"), {}),
        ("dynamodb:GetItem", here("dynamodb", "table/fileferry-dev-auth"), {}),
        ("dynamodb:Scan", here("dynamodb", "table/fileferry-dev-auth"), {}),
        ("dynamodb:UpdateItem", here("dynamodb", "table/fileferry-dev-auth"), {}),
        ("secretsmanager:GetSecretValue", here("secretsmanager", "secret:fileferry/dev/a"), {}),
        ("secretsmanager:PutSecretValue", here("secretsmanager", "secret:fileferry/dev/a"), {}),
        ("sqs:ReceiveMessage", here("sqs", "fileferry-dev-transfer-lanes"), {}),
        ("kms:Decrypt", here("kms", "key/1"), {}),
        ("s3:GetObject", "arn:aws:s3:::fileferry-staging-console-1/index.html", {}),
        ("s3:PutObject", "arn:aws:s3:::payroll/x", {}),
    ],
)
def test_the_deploy_role_of_dev_cannot(action: str, resource: str, context: dict[str, str]) -> None:
    assert not may(action, resource, **context)


def test_roles_with_the_boundary_can_be_made_and_changed() -> None:
    for action in ("CreateRole", "PutRolePolicy", "PutRolePermissionsBoundary", "DeleteRolePolicy"):
        assert may(
            f"iam:{action}", ROLE, **{key.replace(":", "__"): v for key, v in BOUNDARY.items()}
        )
    assert may("iam:PassRole", ROLE, iam__PassedToService="lambda.amazonaws.com")


def test_a_denial_is_stronger_than_a_permission() -> None:
    """The test above would pass without the two denials. Somebody may widen the role one day."""
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    own = f"{IAM}:role/fileferry-pipeline-dev-deploy"
    statements = [*managed("DevDeployStacks"), everything]
    assert allowed(statements, "iam:PutRolePolicy", f"{IAM}:role/other", {})
    assert not allowed(statements, "iam:PutRolePolicy", own, {})
    assert not allowed(statements, "iam:DeleteRolePermissionsBoundary", ROLE, {})


def test_the_boundary_leaves_every_role_what_its_own_policies_give() -> None:
    """What the boundary lacks is refused at run time, and no template shows it."""
    lacking = set()
    for expansion in optional_expansions():
        if expansion.deployment.stack in ("account", "pipeline"):
            continue
        boundary = managed("ProdBoundary")
        for logical_id, role in expansion.of_kind("AWS::IAM::Role"):
            own = literal(expansion, [p["PolicyDocument"] for p in role.get("Policies", [])])
            for action, resource in _permissions(own):
                context = {"kms:ResourceAliases": "alias/fileferry-prod"}
                if not allowed(boundary, action, resource, context):
                    lacking.add(
                        f"{expansion.deployment.stack}/{logical_id}: {action} on {resource}"
                    )
            assert not role.get("ManagedPolicyArns"), (
                f"{logical_id}: look up what AWS's policy gives"
            )
    assert not lacking, "put into Boundary of infra/pipeline/template.yaml:\n" + "\n".join(lacking)


def _permissions(documents: list[dict[str, list[dict[str, object]]]]) -> Iterator[tuple[str, str]]:
    for document in documents:
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                for action in as_list(statement["Action"]):
                    for resource in as_list(statement["Resource"]):
                        # the ARN that the lint has no text for
                        named = str(resource).replace(
                            "Images.Arn", here("ecr", "repository/fileferry-prod-worker")
                        )
                        yield str(action), named


def test_the_boundary_gives_no_role_rights_over_roles_or_other_stages() -> None:
    boundary = managed("DevBoundary")
    for action, resource in (
        ("iam:CreateRole", ROLE),
        ("iam:PutRolePolicy", ROLE),
        ("sts:AssumeRole", f"{IAM}:role/fileferry-pipeline-dev-deploy"),
        ("sts:AssumeRole", f"{IAM}:role/fileferry-prod-eu-central-1-transfer-reader"),
        ("s3:PutObject", "arn:aws:s3:::bucket/key"),
        ("s3:DeleteObject", "arn:aws:s3:::bucket/key"),
        ("dynamodb:GetItem", here("dynamodb", "table/fileferry-prod-auth")),
        ("secretsmanager:GetSecretValue", here("secretsmanager", "secret:fileferry/prod/x")),
        ("kms:Decrypt", here("kms", "key/1")),
    ):
        assert not allowed(boundary, action, resource, {}), (action, resource)


def test_the_pipeline_knows_the_stages_of_aws() -> None:
    names = {properties["RoleName"] for _, properties in pipeline().of_kind("AWS::IAM::Role")}
    wanted = {f"fileferry-pipeline-{s}-{r}" for s in AWS_STAGES for r in ("deploy", "see")}
    assert names == wanted


def test_iam_takes_policies_of_that_size() -> None:
    for logical_id, properties in pipeline().of_kind("AWS::IAM::ManagedPolicy"):
        text = json.dumps(literal(pipeline(), properties["PolicyDocument"]))
        assert len("".join(text.split())) <= LARGEST_POLICY, logical_id


def test_every_stage_says_the_same_of_the_one_stack() -> None:
    """Otherwise it would change with the stage that it was last deployed for."""
    stack = find_stack("pipeline")
    assert len({json.dumps(read_environment(stage).of(stack)) for stage in AWS_STAGES}) == 1
