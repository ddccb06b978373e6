"""What no role of FileFerry may ever do, whatever else is granted to it.

It is added to every role of every stack, so a new function cannot be without it.
"""

from typing import Any

from infra.complete.intrinsics import Value
from infra.templates import Template

POLICY_NAME = "never"
# Every action of S3 that changes something. tests/infra/test_forbidden.py holds the list against
# all actions that AWS has.
WRITES = [
    "s3:Abort*",
    "s3:Allow*",
    "s3:Associate*",
    "s3:Bypass*",
    "s3:Create*",
    "s3:Delete*",
    "s3:Dissociate*",
    "s3:Initiate*",
    "s3:ObjectOwner*",
    "s3:Pause*",
    "s3:Put*",
    "s3:Replicate*",
    "s3:Restore*",
    "s3:Submit*",
    "s3:Tag*",
    "s3:Untag*",
    "s3:Update*",
]
# Other doors to the objects of S3. FileFerry uses none of them.
OTHER_DOORS = [
    f"{each}:*"
    for each in (
        *("glacier", "s3-object-lambda", "s3-outposts", "s3express"),
        *("s3files", "s3tables", "s3vectors"),
    )
]
# Its roles deploy: they write packages and the console into buckets. They have a boundary instead.
DEPLOYS = ("pipeline",)
# With these a role could become another one, or take the denials off itself.
ESCAPES = ["iam:*", "organizations:*", "account:*"]

NEVER: list[Value] = [
    {"Sid": "NoWritesToS3", "Effect": "Deny", "Action": [*WRITES, *OTHER_DOORS], "Resource": "*"},
    {"Sid": "NoOtherRights", "Effect": "Deny", "Action": ESCAPES, "Resource": "*"},
]


def forbid(template: Template, stack: str) -> None:
    """Adds the policy to each role of the template."""
    if stack in DEPLOYS:
        return
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::IAM::Role":
            properties: dict[str, Any] = resource["Properties"]
            document = {"Version": "2012-10-17", "Statement": NEVER}
            never = {"PolicyName": POLICY_NAME, "PolicyDocument": document}
            properties["Policies"] = [*properties.get("Policies", []), never]
