"""No role of FileFerry writes to S3, whatever else is granted to it."""

import json
from importlib import resources as files
from typing import Any

import pytest

from infra.complete import complete
from infra.complete.forbidden import DEPLOYS, NEVER, POLICY_NAME, WRITES
from tests.infra.iam import Call, Decision, decide, like
from tests.infra.resources import resources
from tests.infra.roles import deployed, roles

EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
READING = ("get", "list", "describe")
OBJECT = "arn:aws:s3:::fileferry-prod-outbound/out/a.csv"
# What changes an object, one of each kind, as IAM calls it.
CHANGES = [
    *("PutObject", "PutObjectAcl", "PutObjectTagging", "PutObjectRetention", "DeleteObject"),
    *("DeleteObjectVersion", "RestoreObject", "ReplicateObject", "ReplicateDelete"),
    *("AbortMultipartUpload", "BypassGovernanceRetention", "ObjectOwnerOverrideToBucketOwner"),
    *("PutBucketPolicy", "PutLifecycleConfiguration", "PutReplicationConfiguration"),
    *(
        "DeleteBucket",
        "CreateBucket",
        "CreateJob",
        "UpdateJobPriority",
        "PutEncryptionConfiguration",
    ),
]


def actions_of_s3() -> list[str]:
    """Every action that AWS has, from the list that cfn-lint carries. In lower case."""
    known = files.files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json")
    return list(json.loads(known.read_text(encoding="utf-8"))["s3"]["Actions"])


def test_every_action_that_changes_something_is_denied_and_no_other() -> None:
    patterns = [each.lower() for each in WRITES]
    actions = actions_of_s3()
    assert len(actions) > 150
    for action in actions:
        denied = any(like(each, f"s3:{action}") for each in patterns)
        assert denied is not action.startswith(READING), action


@pytest.mark.parametrize("change", CHANGES)
def test_a_denial_is_stronger_than_any_grant(change: str) -> None:
    call = Call(f"s3:{change}", OBJECT)
    assert decide(call, [EVERYTHING]) is Decision.ALLOWED
    assert decide(call, [EVERYTHING, *NEVER]) is Decision.DENIED


@pytest.mark.parametrize("action", ["iam:PassRole", "iam:CreateRole", "s3express:CreateSession"])
def test_there_is_no_way_round(action: str) -> None:
    assert decide(Call(action, "*"), [EVERYTHING, *NEVER]) is Decision.DENIED


def test_reading_stays_possible() -> None:
    for action in ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "kms:Decrypt"):
        assert decide(Call(action, OBJECT), [EVERYTHING, *NEVER]) is Decision.ALLOWED


@pytest.mark.parametrize(
    ("stage", "with_options"), [("dev", False), ("prod", False), ("prod", True)]
)
def test_every_role_of_every_stack_is_denied_each_change(stage: str, *, with_options: bool) -> None:
    seen = set()
    for each in deployed(stage, with_options=with_options):
        stack = each.expansion.deployment.stack
        for logical_id, statements in roles(each.expansion) if stack not in DEPLOYS else ():
            name = f"{stack}/{logical_id}"
            seen.add(name)
            for change in CHANGES:
                call = Call(f"s3:{change}", OBJECT)
                assert decide(call, [*statements, EVERYTHING]) is Decision.DENIED, name
    assert {"transfer/ReaderRole", "transfer/LaneWorkerRole", "account/LogWriterRole"} <= seen
    assert ("worker/Role" in seen) is with_options  # the container's, where it is there


def test_a_new_function_cannot_be_without_it() -> None:
    short = {"Service": {"functions": {"Send": {"trigger": "none"}}}}
    role: dict[str, Any] = complete(short, "mail", ["mail"])["Resources"]["SendRole"]["Properties"]
    [never] = [each for each in role["Policies"] if each["PolicyName"] == POLICY_NAME]
    assert never["PolicyDocument"]["Statement"] == NEVER


def test_a_role_that_is_written_by_hand_cannot_be_without_it() -> None:
    own = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}}
    made = complete({"Resources": {"Own": own}}, "other", [])
    assert [each["PolicyName"] for each in made["Resources"]["Own"]["Properties"]["Policies"]] == [
        POLICY_NAME
    ]
    assert "Policies" not in own["Properties"]  # what was read stays as it is


def test_sam_makes_no_role_of_its_own() -> None:
    """It would have a policy of AWS's, and no denial."""
    made = {
        logical_id
        for each in deployed("prod", with_options=True)
        for logical_id, _ in each.expansion.of_kind("AWS::IAM::Role")
    }
    written = {each.logical_id for each in resources("AWS::IAM::Role")}
    assert made <= written
