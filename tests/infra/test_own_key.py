"""A stage with a key of its own encrypts all that it stores, and whoever must use the key may."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.lint.expansion import Expansion
from infra.lint.permissions import written_in
from tests.infra.iam import Call, Decision, decide
from tests.infra.roles import deployed, texts

ALIAS = "alias/fileferry-prod"
ARN = "{{resolve:ssm:/fileferry/prod/keys/arn}}"
# Where each kind says it, and what.
ENCRYPTED: dict[str, tuple[str, object]] = {
    "AWS::DynamoDB::Table": (
        "SSESpecification",
        {"SSEEnabled": "true", "SSEType": "KMS", "KMSMasterKeyId": ALIAS},
    ),
    "AWS::SQS::Queue": ("KmsMasterKeyId", ALIAS),
    "AWS::SNS::Topic": ("KmsMasterKeyId", ALIAS),
    "AWS::Logs::LogGroup": ("KmsKeyId", ARN),
    "AWS::SecretsManager::Secret": ("KmsKeyId", ALIAS),
    "AWS::CloudTrail::Trail": ("KMSKeyId", ARN),
}


def stage(*, with_options: bool) -> Iterator[Expansion]:
    for each in deployed("prod", with_options=with_options):
        yield each.expansion


@pytest.mark.parametrize("kind", ENCRYPTED)
def test_everything_that_is_stored_has_the_stages_key(kind: str) -> None:
    name, wanted = ENCRYPTED[kind]
    seen = 0
    for expansion in stage(with_options=True):
        for logical_id, properties in expansion.of_kind(kind):
            seen += 1
            found = texts(expansion, properties.get(name))
            assert found == wanted, f"{expansion.deployment.stack}/{logical_id}"
            assert "SqsManagedSseEnabled" not in properties
    assert seen


@pytest.mark.parametrize("kind", ENCRYPTED)
def test_a_stage_without_one_names_no_key(kind: str) -> None:
    for expansion in stage(with_options=False):
        for logical_id, properties in expansion.of_kind(kind):
            assert ENCRYPTED[kind][0] not in properties, logical_id
            assert kind != "AWS::SQS::Queue" or properties["SqsManagedSseEnabled"] is True


def test_secrets_that_functions_make_have_it_too() -> None:
    for expansion in stage(with_options=True):
        if expansion.deployment.stack not in ("notify", "transfer"):
            continue
        for logical_id, function in expansion.of_kind("AWS::Lambda::Function"):
            variables = function["Environment"]["Variables"]
            assert variables["SECRETS_KEY"] == ALIAS, logical_id
    for expansion in stage(with_options=False):
        for _, function in expansion.of_kind("AWS::Lambda::Function"):
            assert "SECRETS_KEY" not in function["Environment"]["Variables"]


def key_policy() -> list[dict[str, Any]]:
    [keys] = [each for each in stage(with_options=True) if each.deployment.stack == "keys"]
    [(_, key)] = keys.of_kind("AWS::KMS::Key")
    return [texts(keys, each) for each in written_in(key["KeyPolicy"])]


def may_use(action: str, service: str = "", **context: str) -> bool:
    """Whether the key's policy allows it to a service, or to somebody of the account."""
    about = []
    for statement in key_policy():
        principal = statement.pop("Principal")
        named = principal.get("Service", principal.get("AWS"))
        if (service or "*") in (named if isinstance(named, list) else [named]):
            about.append(statement)
    keys = {name.replace("__", ":"): (value,) for name, value in context.items()}
    return decide(Call(f"kms:{action}", "*", keys), about) is Decision.ALLOWED


def senders() -> set[str]:
    """The services that send into a queue or a topic in their own name."""
    found = set()
    for expansion in stage(with_options=True):
        for _, policy in expansion.of_kind("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
            for statement in written_in(policy["PolicyDocument"]):
                if statement["Effect"] == "Allow":
                    service = statement["Principal"]["Service"]
                    found |= set(service if isinstance(service, list) else [service])
    return found


def test_whoever_sends_in_its_own_name_may_use_the_key() -> None:
    assert {"events.amazonaws.com", "cloudwatch.amazonaws.com"} <= senders()
    for service in senders():
        assert may_use("GenerateDataKey", service, aws__SourceAccount="111122223333"), service
        assert may_use("Decrypt", service, aws__SourceAccount="111122223333"), service
        assert not may_use("Decrypt", service, aws__SourceAccount="999999999999"), service


@pytest.mark.parametrize("service", ["dynamodb", "sqs", "secretsmanager", "sns"])
def test_the_account_uses_it_through_services_only(service: str) -> None:
    through = {"kms__ViaService": f"{service}.eu-central-1.amazonaws.com"}
    assert may_use("Decrypt", **through, kms__CallerAccount="111122223333")
    assert not may_use("Decrypt", **through, kms__CallerAccount="999999999999")
    assert not may_use("Decrypt", kms__CallerAccount="111122223333")
    assert not may_use("ScheduleKeyDeletion", **through, kms__CallerAccount="111122223333")


def test_logs_use_it_for_the_stages_groups_only() -> None:
    logs, start = "logs.eu-central-1.amazonaws.com", "arn:aws:logs:eu-central-1:111122223333"
    for stage_name, may in (("prod", True), ("dev", False)):
        group = f"{start}:log-group:/fileferry/{stage_name}/auth"
        context = {"kms__EncryptionContext__aws__logs__arn": group}
        assert may_use("GenerateDataKey", logs, **context) is may


def test_the_trail_encrypts_with_it() -> None:
    trail = "arn:aws:cloudtrail:eu-central-1:111122223333:trail/fileferry-prod-eu-central-1"
    assert may_use("GenerateDataKey", "cloudtrail.amazonaws.com", aws__SourceArn=trail)
    assert not may_use("GenerateDataKey", "cloudtrail.amazonaws.com", aws__SourceArn=trail + "x")
