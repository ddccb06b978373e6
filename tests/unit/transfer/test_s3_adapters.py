"""The S3 adapters keep the limits of S3 and STS, and read their answers strictly."""

import json

import pytest
from botocore.exceptions import ClientError

from services.transfer.adapters.s3_errors import s3_errors
from services.transfer.adapters.s3_source_readers import session_policy
from services.transfer.domain.errors import ObjectArchived
from services.transfer.domain.source import ObjectRef

MAX_POLICY_CHARACTERS = 2_048  # of an inline session policy (STS AssumeRole)
LONGEST_BUCKET = "b" * 63


@pytest.mark.parametrize(
    "key", ["a" * 1024, "é" * 512, "報" * 341, "\U0001f600" * 256, '"' * 500, "*?$" * 341]
)
def test_the_session_policy_of_the_longest_key_is_short_enough_for_sts(key: str) -> None:
    assert len(key.encode()) <= 1024  # what S3 takes
    policy = json.dumps(session_policy(ObjectRef(LONGEST_BUCKET, key), "aws-us-gov"))
    assert len(policy) <= MAX_POLICY_CHARACTERS


@pytest.mark.parametrize(
    ("key", "pattern"),
    [
        ("reports/day 1.csv", "reports/day 1.csv"),
        ("größe.csv", "gr??e.csv"),
        ("a*b?c", "a?b?c"),
        ("${aws:username}", "?{aws:username}"),
    ],
)
def test_the_session_policy_names_one_object_without_wildcards_of_the_key(
    key: str, pattern: str
) -> None:
    reading = session_policy(ObjectRef("outgoing", key), "aws")["Statement"][0]
    assert reading["Resource"] == f"arn:aws:s3:::outgoing/{pattern}"


def test_an_archived_object_is_told_as_such_and_not_tried_again() -> None:
    answer = ClientError({"Error": {"Code": "InvalidObjectState"}}, "GetObject")
    with (
        pytest.raises(ObjectArchived, match=r"'old\.csv'.*'outgoing'.*Restore") as told,
        s3_errors("outgoing", "old.csv"),
    ):
        raise answer
    assert not told.value.retryable


def test_the_session_reads_bytes_and_checksums_with_a_version_and_without() -> None:
    reading = session_policy(ObjectRef("outgoing", "k"), "aws")["Statement"][0]
    kinds = {f"s3:GetObject{a}{b}" for a in ("", "Version") for b in ("", "Attributes")}
    assert set(reading["Action"]) == kinds
