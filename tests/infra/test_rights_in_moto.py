"""Moto enforces the policies of our roles, as far as it can: actions, resources and denials.

It does not look at most conditions. tests/infra/test_rights.py does, with an evaluator of ours, and
what both can judge is judged the same here.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count

from tests.infra.roles import Statements, local, statements_of

REGION, BUCKET, KEY = "eu-central-1", "outgoing", "a.csv"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture
def account() -> Iterator[None]:
    with mock_aws():
        s3 = boto3.client("s3", region_name=REGION)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"content")
        yield


def session_of(statements: Statements) -> boto3.Session:
    iam = boto3.client("iam", region_name=REGION)
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName="role", AssumeRolePolicyDocument=document)["Role"]
    own = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName="role", PolicyName="own", PolicyDocument=own)
    sts = boto3.client("sts", region_name=REGION)
    made = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="test")["Credentials"]
    return boto3.Session(
        made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"], region_name=REGION
    )


def judged(call: Callable[[], object]) -> bool:
    """Whether moto allows it. Until here nothing was judged."""

    @set_initial_no_auth_action_count(0)
    def act() -> bool:
        try:
            call()
        except ClientError as error:
            if error.response["Error"]["Code"] == "AccessDenied":
                return False
            raise
        return True

    return act()


READER = statements_of(local("transfer"), "ReaderRole")
WRITES: dict[str, dict[str, Any]] = {
    "put_object": {"Key": KEY, "Body": b"other"},
    "delete_object": {"Key": KEY},
    "put_object_acl": {"Key": KEY, "ACL": "public-read"},
    "create_multipart_upload": {"Key": "b.csv"},
    "put_bucket_policy": {"Policy": "{}"},
    "delete_bucket": {},
}


@pytest.mark.parametrize("write", WRITES)
def test_the_reader_never_writes_even_with_every_right(account: None, write: str) -> None:
    s3 = session_of([*READER, EVERYTHING]).client("s3")
    assert not judged(lambda: getattr(s3, write)(Bucket=BUCKET, **WRITES[write]))


def test_without_the_denials_the_same_call_goes_through(account: None) -> None:
    """Else the test above would hold for any role."""
    s3 = session_of([EVERYTHING]).client("s3")
    assert judged(lambda: s3.put_object(Bucket=BUCKET, Key=KEY, Body=b"other"))


def test_the_reader_reads(account: None) -> None:
    s3 = session_of(READER).client("s3")
    assert judged(lambda: s3.get_object(Bucket=BUCKET, Key=KEY))
    assert judged(lambda: s3.list_objects_v2(Bucket=BUCKET))


def test_a_function_has_no_objects_without_the_reader(account: None) -> None:
    s3 = session_of(statements_of(local("transfer"), "LaneWorkerRole")).client("s3")
    assert not judged(lambda: s3.get_object(Bucket=BUCKET, Key=KEY))
    assert not judged(lambda: s3.put_object(Bucket=BUCKET, Key=KEY, Body=b""))
