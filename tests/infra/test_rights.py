"""What each role of prod may do and what not, judged as IAM does on the expanded templates.

That a function may do all it has to is judged by tests/integration, call by call, with the same
evaluator (tests/integration/roles.py). Here is what it must not.
"""

import json
import re
from functools import cache

import pytest

from infra.lint.permissions import written_in
from services.transfer.adapters.s3_source_readers import session_policy
from services.transfer.domain.source import ObjectRef
from tests.infra.iam import Call, Decision, decide
from tests.infra.roles import Statements, arn, deployed, roles, texts

STAGE = "prod"
ON_ROWS = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "BatchGetItem", "Scan")
ON_QUEUES = ("SendMessage", "ReceiveMessage", "DeleteMessage", "PurgeQueue")
OWNER = {"worker": "transfer"}  # the container has the rights of transfer's lane worker
OPENING = {"dynamodb:LeadingKeys": ("T#1",)}


@cache
def everyone() -> dict[str, Statements]:
    """The statements of every role, by `stack/logical id`."""
    return {
        f"{each.expansion.deployment.stack}/{logical_id}": statements
        for each in deployed(STAGE, with_options=True)
        for logical_id, statements in roles(each.expansion)
    }


@cache
def names(kind: str) -> dict[str, str]:
    """The service that owns each table or queue, by its name."""
    named = {"AWS::DynamoDB::Table": "TableName", "AWS::SQS::Queue": "QueueName"}[kind]
    return {
        str(texts(each.expansion, properties[named])): each.expansion.deployment.stack
        for each in deployed(STAGE, with_options=True)
        for _, properties in each.expansion.of_kind(kind)
    }


def allowed(role: str, action: str, resource: str, **context: tuple[str, ...]) -> bool:
    call = Call(action, resource, context or OPENING)
    return decide(call, everyone()[role]) is Decision.ALLOWED


def who_may(action: str, resource: str, **context: tuple[str, ...]) -> set[str]:
    return {role for role in everyone() if allowed(role, action, resource, **context)}


def owners(found: set[str]) -> set[str]:
    stacks = {role.partition("/")[0] for role in found}
    return {OWNER.get(stack, stack) for stack in stacks}


def test_all_roles_are_judged() -> None:
    assert len(everyone()) > 25
    assert {"worker/Role", "transfer/ReaderRole", "auth/AuthorizerRole"} <= set(everyone())
    assert len(names("AWS::DynamoDB::Table")) >= 5


def test_a_table_is_its_services_alone() -> None:
    for table, service in names("AWS::DynamoDB::Table").items():
        for action in ON_ROWS:
            found = owners(who_may(f"dynamodb:{action}", arn("dynamodb", f"table/{table}")))
            assert found <= {service}, (action, table)


def test_nobody_changes_or_drops_a_table_and_only_an_export_reads_all_of_it() -> None:
    for table, service in names("AWS::DynamoDB::Table").items():
        on = arn("dynamodb", f"table/{table}")
        for action in ("DeleteTable", "UpdateTable", "ExportTableToPointInTime"):
            assert not who_may(f"dynamodb:{action}", on)
        assert who_may("dynamodb:Scan", on) <= {f"{service}/CarryRole"}


def test_a_queue_is_its_services_alone() -> None:
    for queue, service in names("AWS::SQS::Queue").items():
        for action in ON_QUEUES:
            assert owners(who_may(f"sqs:{action}", arn("sqs", queue))) <= {service}, (action, queue)
        assert not who_may("sqs:PurgeQueue", arn("sqs", queue))


@pytest.mark.parametrize("other", ["dev", "staging", "prodx"])
def test_nobody_reaches_another_stage(other: str) -> None:
    elsewhere = f"fileferry-{other}"
    calls = [
        *(
            (f"dynamodb:{action}", arn("dynamodb", f"table/{elsewhere}-{service}"))
            for action in ON_ROWS
            for service in names("AWS::DynamoDB::Table").values()
        ),
        ("sqs:SendMessage", arn("sqs", f"{elsewhere}-transfer-lanes")),
        ("secretsmanager:GetSecretValue", secret("auth/signing-key", other)),
        ("secretsmanager:GetSecretValue", secret("destinations/d1", other)),
        ("secretsmanager:DeleteSecret", secret("destinations/d1", other)),
        ("states:StartExecution", arn("states", f"stateMachine:{elsewhere}-transfer")),
        ("states:SendTaskSuccess", arn("states", f"stateMachine:{elsewhere}-transfer")),
        ("lambda:InvokeFunction", arn("lambda", f"function:{elsewhere}-transfer-api:live")),
        (
            "sts:AssumeRole",
            f"arn:aws:iam::111122223333:role/{elsewhere}-eu-central-1-transfer-reader",
        ),
        ("logs:PutLogEvents", arn("logs", f"log-group:/fileferry/{other}/auth:log-stream:s")),
    ]
    for action, resource in calls:
        assert not who_may(action, resource), (action, resource)
    bus = arn("events", f"event-bus/{elsewhere}")
    assert not who_may("events:PutEvents", bus, **{"events:source": ("fileferry.transfer",)})


def secret(name: str, stage: str = STAGE) -> str:
    return arn("secretsmanager", f"secret:fileferry/{stage}/{name}-AbCdEf")


@pytest.mark.parametrize(
    ("name", "readers"),
    [
        ("auth/signing-key", {"auth/ApiRole", "auth/AuthorizerRole", "auth/RotateSigningKeyRole"}),
        ("auth/oidc-client", {"auth/ApiRole"}),
        (
            "ticketing/servicenow",
            {"ticketing/ApiRole", "ticketing/DeskRole", "ticketing/SweepRole"},
        ),
        ("synthetic/login", {"synthetic/SendRole"}),
        ("notify/channels/c1", {"notify/ApiRole", "notify/MessagesRole", "notify/SweepRole"}),
        (
            "destinations/d1",
            {
                *("transfer/ApiRole", "transfer/LaneWorkerRole", "transfer/WorkflowStepRole"),
                *("transfer/SweepStalledRole", "worker/Role"),
            },
        ),
    ],
)
def test_a_secret_is_read_by_whom_it_is_for(name: str, readers: set[str]) -> None:
    assert who_may("secretsmanager:GetSecretValue", secret(name)) == readers


def test_only_rotation_writes_the_signing_key_and_nobody_the_other_logins() -> None:
    writes = ("PutSecretValue", "UpdateSecret", "DeleteSecret", "UpdateSecretVersionStage")
    for name in ("auth/signing-key", "auth/oidc-client", "ticketing/servicenow", "synthetic/login"):
        for action in writes:
            found = who_may(f"secretsmanager:{action}", secret(name))
            assert found <= ({"auth/RotateSigningKeyRole"} if "signing" in name else set()), action


def test_only_the_reader_reads_objects_and_only_of_the_source_buckets() -> None:
    ours, others = "arn:aws:s3:::fileferry-prod-outbound/a.csv", "arn:aws:s3:::payroll/a.csv"
    assert who_may("s3:GetObject", ours) == {"transfer/ReaderRole"}
    assert not who_may("s3:GetObject", others)
    assert who_may("s3:ListBucket", "arn:aws:s3:::payroll") == set()


def test_the_reader_is_become_by_whom_it_trusts() -> None:
    reader = "arn:aws:iam::111122223333:role/fileferry-prod-eu-central-1-transfer-reader"
    may = {
        "transfer/ApiRole",
        "transfer/LaneWorkerRole",
        "transfer/WorkflowStepRole",
        "worker/Role",
    }
    assert who_may("sts:AssumeRole", reader) == may
    assert not who_may("sts:AssumeRole", "arn:aws:iam::111122223333:role/Administrator")


def test_a_session_of_the_reader_has_one_object_and_never_writes() -> None:
    policy = session_policy(ObjectRef("fileferry-prod-outbound", "out/a.csv"), "aws")
    session = written_in(policy)
    rights = everyone()["transfer/ReaderRole"]
    bucket = "arn:aws:s3:::fileferry-prod-outbound"
    wanted = [
        ("s3:GetObject", "out/a.csv", Decision.ALLOWED),
        ("s3:GetObject", "out/b.csv", Decision.NOT_ALLOWED),
        ("s3:PutObject", "out/a.csv", Decision.DENIED),
    ]
    for action, key, decision in wanted:
        assert decide(Call(action, f"{bucket}/{key}"), rights, session) is decision


@pytest.mark.parametrize(
    "action",
    [
        *("iam:PassRole", "iam:CreateUser", "iam:PutRolePolicy", "iam:DeleteRolePolicy"),
        *(
            "s3:PutObject",
            "s3:DeleteObject",
            "sts:AssumeRoleWithWebIdentity",
            "kms:ScheduleKeyDeletion",
        ),
        *("lambda:UpdateFunctionCode", "cloudtrail:StopLogging", "cloudformation:CreateStack"),
        *("events:PutRule", "dynamodb:CreateTable", "ssm:PutParameter", "ec2:RunInstances"),
        *("organizations:LeaveOrganization", "account:CloseAccount", "states:DeleteStateMachine"),
    ],
)
def test_nobody_changes_the_account(action: str) -> None:
    for role in everyone():
        for resource in ("*", arn("x", "y"), arn("iam", "role/Administrator", region="")):
            assert not allowed(role, action, resource), role


def test_lambda_makes_interfaces_in_a_functions_name_and_the_function_itself_none() -> None:
    makers = {r for r in everyone() if allowed(r, "ec2:CreateNetworkInterface", "*")}
    assert "transfer/LaneWorkerRole" in makers
    assert not {r for r in makers if r.startswith("auth/")}
    for role in makers:
        stack, purpose = role.removesuffix("Role").split("/")
        dashed = re.sub(r"(?<!^)(?=[A-Z])", "-", purpose).lower()
        function = arn("lambda", f"function:fileferry-prod-{stack}-{dashed}")
        for action in ("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"):
            itself = {"lambda:SourceFunctionArn": (function,)}
            assert decide(Call(action, "*", itself), everyone()[role]) is Decision.DENIED


@pytest.mark.parametrize(
    ("role", "table", "action", "row", "may"),
    [
        ("auth/AuthorizerRole", "auth", "GetItem", "USER#ann", True),
        ("auth/AuthorizerRole", "auth", "DeleteItem", "TICKET#1", True),
        ("auth/AuthorizerRole", "auth", "PutItem", "LOGIN#1", False),
        ("auth/AuthorizerRole", "auth", "GetItem", "SSO#1", False),
        ("auth/PublishOutboxRole", "auth", "UpdateItem", "LOGIN#1", True),
        ("auth/PublishOutboxRole", "auth", "UpdateItem", "TICKET#1", False),
        ("notify/MessagesRole", "notify", "GetItem", "U#ann", True),
        ("notify/MessagesRole", "notify", "PutItem", "U#ann", False),
        ("notify/MessagesRole", "notify", "PutItem", "M#1", True),
        ("ticketing/DeskRole", "ticketing", "PutItem", "U#ann", False),
        ("transfer/LaneWorkerRole", "transfer", "PutItem", "T#1", True),
        ("transfer/LaneWorkerRole", "transfer", "PutItem", "IDEM#transfer#1", False),
        ("worker/Role", "transfer", "PutItem", "T#1", True),
        ("worker/Role", "transfer", "PutItem", "SWEEP", False),
        ("transfer/ConsumerRole", "transfer", "GetItem", "DESTINATION", False),
    ],
)
def test_rows_of_others_are_out_of_reach(
    role: str, table: str, action: str, row: str, *, may: bool
) -> None:
    on = arn("dynamodb", f"table/fileferry-prod-{table}")
    assert allowed(role, f"dynamodb:{action}", on, **{"dynamodb:LeadingKeys": (row,)}) is may
    mixed = {"dynamodb:LeadingKeys": (row, "OTHER#1")}  # as BatchGetItem has several
    if "#" not in row or not may:
        return
    assert not allowed(role, f"dynamodb:{action}", on, **mixed)


def smoke_targets() -> dict[str, dict[str, str]]:
    """What the smoke test of a release asks each function, by its role."""
    found = {}
    for each in deployed(STAGE, with_options=True):
        for logical_id, function in each.expansion.of_kind("AWS::Lambda::Function"):
            variables = function.get("Environment", {}).get("Variables", {})
            if "SMOKE_TARGETS" not in variables:
                continue
            for target in json.loads(texts(each.expansion, variables["SMOKE_TARGETS"])):
                purpose = str(target["function"]).partition("FunctionVersion")[0]
                found[f"{each.expansion.deployment.stack}/{purpose}Role"] = target["asked"]
            assert logical_id == "SmokeTestFunction"
    return found


def test_a_function_may_do_what_the_smoke_test_of_its_release_asks() -> None:
    """Else no release would pass it, on AWS only."""
    assert len(smoke_targets()) > 20
    for role, asked in smoke_targets().items():
        if "table" in asked:
            on = arn("dynamodb", f"table/{asked['table']}")
            row = {"dynamodb:LeadingKeys": (asked["key"],)}
            assert allowed(role, f"dynamodb:{asked['read']}", on, **row), role
        if "queue" in asked:
            queue = arn("sqs", asked["queue"].rpartition("/")[2])
            assert allowed(role, "sqs:GetQueueAttributes", queue), role
        if "secret" in asked:
            assert allowed(role, "secretsmanager:GetSecretValue", asked["secret"]), role
