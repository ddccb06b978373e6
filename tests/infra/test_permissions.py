"""What the templates' policies allow, and that only a service itself publishes in its name.

Infra.lint has the reasons of wildcards; tests/infra/test_rights.py judges single calls."""

import re
from typing import Any

import pytest

from infra.complete.forbidden import DEPLOYS, NEVER
from infra.lint.wildcards import REASONS, is_end
from infra.stacks import SETTINGS_OF, Stack
from services.auth.adapters.apigateway_api_keys import TAG
from services.transfer.adapters.s3_source_readers import session_policy
from services.transfer.domain.source import ObjectRef
from tests.infra.resources import SERVICES, TEMPLATES, Resource, resources, statements, text_of

READ_ONLY = re.compile(r"s3:(Get|List)\w+")
DENIALS = {"NotItself", *(each["Sid"] for each in NEVER)}
STATEMENTS = [
    each
    for each in statements()
    if each[1].get("Sid") not in DENIALS and each[0].stack not in DEPLOYS
]


def named(value: tuple[Resource, dict[str, Any]]) -> str:
    return f"{value[0]}.{value[1]['Sid']}"


def listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def patterns(value: object) -> list[str]:
    """Every text in a Resource, through intrinsic functions."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in patterns(part)]
    if isinstance(value, list):
        return [text for part in value for text in patterns(part)]
    return [str(value)]


@pytest.mark.parametrize("case", STATEMENTS, ids=named)
def test_every_statement_allows_named_actions(case: tuple[Resource, dict[str, Any]]) -> None:
    assert case[1]["Effect"] == "Allow"
    for action in listed(case[1]["Action"]):
        assert "*" not in action


def test_no_reason_outlives_its_wildcard() -> None:
    used = {
        (statement["Sid"], end)
        for _, statement in STATEMENTS
        for sid, end in REASONS
        if sid == statement["Sid"]
        and any(is_end(end, pattern) for pattern in patterns(statement["Resource"]))
    }
    own_log = ("Log", ":*")  # the ARN that CloudFormation answers ends so
    assert used == set(REASONS) - {own_log}


def test_only_the_reader_touches_s3_and_only_to_read() -> None:
    readers = set()
    for resource, statement in STATEMENTS:
        for action in listed(statement["Action"]):
            if action.startswith("s3:"):
                readers.add(resource.logical_id)
                assert READ_ONLY.fullmatch(action)
    assert readers == {"ReaderRole"}


def test_mails_are_sent_as_the_stages_sender_only() -> None:
    sends = [each for _, each in STATEMENTS if any("ses:" in a for a in listed(each["Action"]))]
    assert sends
    for statement in sends:
        assert statement["Condition"] == {"StringEquals": {"ses:FromAddress": {"Ref": "MailFrom"}}}
        assert set(statement["Action"]) <= {"ses:SendEmail", "ses:SendRawEmail"}


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_every_function_has_a_role_of_its_own(stack: Stack) -> None:
    functions = resources("AWS::Serverless::Function", stack.name)
    roles = [function.properties["Role"]["Fn::GetAtt"][0] for function in functions]
    assert len(set(roles)) == len(functions)


@pytest.mark.parametrize("kind", ["AWS::Serverless::Function", "AWS::Serverless::StateMachine"])
def test_sam_adds_no_policy_of_its_own(kind: str) -> None:
    """`Policies` and `Events` bring roles and AWS's managed policies, which allow '*'."""
    for resource in resources(kind):
        assert not {"Policies", "Events"} & set(resource.properties), str(resource)


def test_every_service_publishes_its_own_source_only() -> None:
    publishers = [
        (resource, statement)
        for resource, statement in STATEMENTS
        if "events:PutEvents" in statement["Action"]
    ]
    assert publishers
    for resource, statement in publishers:
        [publisher] = SETTINGS_OF.get(resource.stack, (resource.stack,))
        every, null = (statement["Condition"][it] for it in ("ForAllValues:StringEquals", "Null"))
        assert every["events:source"] == f"fileferry.{publisher}"
        assert null == dict.fromkeys(every, "false")  # of no values at all the line above is true
        assert text_of(statement["Resource"]).endswith(":event-bus/fileferry-${Stage}")


def test_the_bus_denies_every_source_to_all_but_its_owner() -> None:
    policies = {r.logical_id: r.properties for r in resources("AWS::Events::EventBusPolicy", "bus")}
    sources = {f"fileferry.{stack.name}" for stack in SERVICES}
    others = policies.pop("OnlyServicesPublish")["Statement"]
    assert (others["Effect"], others["Principal"]) == ("Deny", "*")
    assert set(others["Condition"]["ForAnyValue:StringNotEquals"]["events:source"]) == sources
    owned = {}
    for properties in policies.values():
        statement = properties["Statement"]
        assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
        assert statement["Action"] == "events:PutEvents"
        assert "${Stage}" in properties["StatementId"]["Fn::Sub"]
        source = statement["Condition"]["ForAnyValue:StringEquals"]["events:source"]
        owned[source] = text_of(statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"])
    assert set(owned) == sources
    for source, role in owned.items():
        service = source.removeprefix("fileferry.")
        assert role.endswith(f":role/fileferry-${{Stage}}-${{AWS::Region}}-{service}-*")


def test_what_the_emulator_refuses_is_deployed_on_aws_only() -> None:
    refused = (
        "AWS::Events::EventBusPolicy",
        "AWS::Events::Archive",
        "AWS::CodeDeploy",
        "AWS::SecretsManager::RotationSchedule",
    )
    for template in TEMPLATES.values():
        for logical_id, resource in template["Resources"].items():
            if resource["Type"].startswith(refused):
                assert resource["Condition"] == "OnAws", logical_id


def test_keys_that_sign_are_read_by_two_functions_and_written_by_one() -> None:
    secret = {"Ref": "SigningKeySecret"}
    may = {
        resource.logical_id: {action.split(":")[1] for action in statement["Action"]}
        for resource, statement in STATEMENTS
        if secret in listed(statement["Resource"])
    }
    assert "PutSecretValue" in may.pop("RotateSigningKeyRole")
    assert may == {"ApiRole": {"GetSecretValue"}, "AuthorizerRole": {"GetSecretValue"}}


def on_the_table(stack: str, role: str) -> set[str]:
    return {
        action.split(":")[1]
        for resource, statement in STATEMENTS
        if (resource.stack, resource.logical_id) == (stack, role)
        and statement["Sid"] in ("Table", "Indexes")
        for action in statement["Action"]
    }


def test_the_authorizer_reads_notes_when_a_session_was_seen_and_uses_tickets_up() -> None:
    assert on_the_table("auth", "AuthorizerRole") == {"GetItem", "PutItem", "DeleteItem"}


@pytest.mark.parametrize(
    "stack", [s for s in SERVICES if "PublishOutboxRole" in TEMPLATES[s.name]["Resources"]], ids=str
)
def test_who_only_publishes_changes_rows_and_reads_none(stack: Stack) -> None:
    assert on_the_table(stack.name, "PublishOutboxRole") == {"UpdateItem"}


def test_only_whom_the_use_cases_ask_for_it_deletes_rows() -> None:
    deleting = {
        str(resource)
        for resource, statement in STATEMENTS
        if "dynamodb:DeleteItem" in statement["Action"]
    }
    assert "auth/CreateAdminRole" not in deleting
    assert not deleting & {
        "auth/PublishOutboxRole",
        "transfer/PublishOutboxRole",
        "transfer/ConsumerRole",
    }


def test_api_keys_are_made_and_removed_by_the_tag_of_their_stage() -> None:
    seen = set()
    for _, statement in STATEMENTS:
        for pattern in patterns(statement["Resource"]):
            if "apikeys" in pattern:
                [(key, stage)] = statement["Condition"]["StringEquals"].items()
                seen.add((statement["Action"][0].split(":")[1], key))
                assert stage == {"Ref": "Stage"}
    assert seen == {
        ("POST", f"aws:RequestTag/{TAG}"),
        ("PUT", f"aws:RequestTag/{TAG}"),
        ("DELETE", f"aws:ResourceTag/{TAG}"),
    }


def test_the_reader_may_do_all_that_its_sessions_ask_for() -> None:
    """A session has only the rights that both allow. A checksum that it may not read would be
    missed in silence."""
    asked = session_policy(ObjectRef("outgoing", "k"), "aws")["Statement"]
    actions = {action for statement in asked for action in listed(statement["Action"])}
    allowed = {
        action
        for resource, statement in STATEMENTS
        if resource.logical_id == "ReaderRole"
        for action in listed(statement["Action"])
    }
    assert actions - allowed == {"kms:Decrypt"}  # by the policies of the keys
