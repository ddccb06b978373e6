"""What the agent's functions may do: call one model, and nothing that a model could misuse.

With every option on, because no stage names a model yet.
"""

import json

import pytest

from infra.lint.deployments import AWS_STAGES
from infra.lint.options import OPTIONS
from infra.lint.wildcards import has_reason
from infra.stacks import read_environment
from tests.infra.iam import Call, Decision, decide
from tests.infra.roles import arn
from tests.infra.test_rights import STAGE, allowed, everyone, secret, who_may

API, TEAMS = "agent/ApiRole", "agent/TeamsRole"
MODEL, REGION = "anthropic.claude-sonnet-4-6", OPTIONS["ModelRegion"]
PROFILE = f"inference-profile/{OPTIONS['ModelId']}"
KEY = "TeamsKey.Arn"  # as the expanded template has it
BUS = arn("events", f"event-bus/fileferry-{STAGE}")
CALLS = ("InvokeModel", "InvokeModelWithResponseStream")


def model_in(region: str, name: str = MODEL) -> str:
    return f"arn:aws:bedrock:{region}::foundation-model/{name}"


@pytest.mark.parametrize("action", CALLS)
def test_those_who_answer_call_the_model_and_its_profile(action: str) -> None:
    for resource in (
        arn("bedrock", PROFILE, region=REGION),
        model_in(REGION),
        model_in("eu-north-1"),
        model_in(""),  # as a global profile names it
    ):
        assert who_may(f"bedrock:{action}", resource) == {API, TEAMS}, resource


@pytest.mark.parametrize("action", CALLS)
def test_no_other_model_and_no_other_profile_is_called(action: str) -> None:
    for resource in (
        model_in(REGION, "anthropic.claude-opus-4-6"),
        model_in(REGION, f"{MODEL}-v2:0"),
        arn("bedrock", "inference-profile/global.anthropic.claude-opus-4-6", region=REGION),
        arn("bedrock", "provisioned-model/abcdefgh1234", region=REGION),
        arn("bedrock", PROFILE),  # in the stage's own region, where ModelRegion is another
    ):
        assert not who_may(f"bedrock:{action}", resource), resource


def test_nothing_else_is_done_with_bedrock() -> None:
    guardrail = arn("bedrock", f"guardrail/{OPTIONS['GuardrailId']}", region=REGION)
    assert who_may("bedrock:ApplyGuardrail", guardrail) == {API, TEAMS}
    other = arn("bedrock", "guardrail/other", region=REGION)
    assert not who_may("bedrock:ApplyGuardrail", other)
    for action in ("UpdateGuardrail", "DeleteGuardrail", "CreateModelInvocationJob", "InvokeAgent"):
        for resource in (guardrail, model_in(REGION), "*"):
            assert not who_may(f"bedrock:{action}", resource), action


def test_the_api_publishes_pieces_of_answers_and_no_other_event() -> None:
    def may(role: str, kind: str, source: str = "fileferry.agent") -> bool:
        context = {"events:source": (source,), "events:detail-type": (kind,)}
        return allowed(role, "events:PutEvents", BUS, **context)

    assert may(API, "AnswerStreamed.v1")
    assert not may(API, "ProposalConfirmed.v1")
    assert not may(API, "AnswerStreamed.v1", "fileferry.transfer")
    assert may("agent/PublishOutboxRole", "ProposalConfirmed.v1")
    assert not may("agent/PublishOutboxRole", "ProposalConfirmed.v1", "fileferry.transfer")
    assert not may("agent/ConsumerRole", "AnswerStreamed.v1")
    mixed = ("AnswerStreamed.v1", "ProposalMade.v1")
    context = {"events:source": ("fileferry.agent",), "events:detail-type": mixed}
    assert not allowed(API, "events:PutEvents", BUS, **context)
    assert not allowed(API, "events:PutEvents", BUS, **{"events:source": ("fileferry.agent",)})


AGENT = ("agent/ApiRole", "agent/ConsumerRole", "agent/PublishOutboxRole", "agent/TeamsRole")


@pytest.mark.parametrize("role", AGENT)
def test_it_reaches_nothing_of_others(role: str) -> None:
    """Whatever a model makes it do, its rights are those of the caller's token."""
    prefix = f"fileferry-{STAGE}"
    objects = f"arn:aws:s3:::{prefix}-outbound"
    calls = [
        *(("s3:" + each, f"{objects}/a.csv") for each in ("GetObject", "PutObject")),
        ("s3:ListBucket", objects),
        ("s3:ListAllMyBuckets", "*"),
        ("sts:AssumeRole", f"arn:aws:iam::111122223333:role/{prefix}-eu-central-1-transfer-reader"),
        *(
            ("secretsmanager:GetSecretValue", secret(each))
            for each in ("auth/signing-key", "destinations/d1", "synthetic/login")
        ),
        ("lambda:InvokeFunction", arn("lambda", f"function:{prefix}-transfer-api:live")),
        ("states:StartExecution", arn("states", f"stateMachine:{prefix}-transfer")),
        ("sqs:SendMessage", arn("sqs", f"{prefix}-transfer-lanes")),
        ("ses:SendEmail", arn("ses", "identity/example.com")),
        ("ssm:GetParameter", arn("ssm", f"parameter/fileferry/{STAGE}/api/rest/url")),
        *(
            (f"dynamodb:{action}", arn("dynamodb", f"table/{prefix}-{table}"))
            for action in ("GetItem", "PutItem", "Query")
            for table in ("auth", "transfer", "ticketing", "notify", "progress")
        ),
    ]
    for action, resource in calls:
        assert not allowed(role, action, resource), (action, resource)


def test_the_worker_of_teams_alone_opens_tokens_and_reads_the_bots_secret() -> None:
    assert who_may("kms:Encrypt", KEY) == {API, TEAMS}
    assert who_may("kms:Decrypt", KEY) == {TEAMS}
    assert who_may("secretsmanager:GetSecretValue", secret("agent/teams-bot")) == {TEAMS}
    queue = arn("sqs", f"fileferry-{STAGE}-agent-teams")
    assert who_may("sqs:SendMessage", queue) == {API, TEAMS}
    assert who_may("sqs:ReceiveMessage", queue) == {TEAMS}


@pytest.mark.parametrize(
    ("role", "action", "row", "may"),
    [
        ("agent/ApiRole", "PutItem", "C#1", True),
        ("agent/ApiRole", "UpdateItem", "B#ann", True),
        ("agent/ApiRole", "Query", "OUTCOMES#acme", True),
        ("agent/ApiRole", "UpdateItem", "OUTCOMES#acme", False),
        ("agent/ApiRole", "PutItem", "TEAMS#1", True),
        ("agent/TeamsRole", "PutItem", "TEAMS#1", True),
        ("agent/TeamsRole", "PutItem", "OUTCOMES#acme", False),
        ("agent/ConsumerRole", "GetItem", "TEAMS#1", False),
        ("agent/ConsumerRole", "UpdateItem", "OUTCOMES#acme", True),
        ("agent/ConsumerRole", "PutItem", "P#1", False),
        ("agent/ConsumerRole", "GetItem", "C#1", False),
        ("agent/PublishOutboxRole", "UpdateItem", "P#1", True),
        ("agent/PublishOutboxRole", "UpdateItem", "B#ann", False),
    ],
)
def test_each_function_has_its_rows(role: str, action: str, row: str, *, may: bool) -> None:
    on = arn("dynamodb", f"table/fileferry-{STAGE}-agent")
    assert allowed(role, f"dynamodb:{action}", on, **{"dynamodb:LeadingKeys": (row,)}) is may


def test_writes_to_s3_are_denied_and_not_only_not_allowed() -> None:
    call = Call("s3:PutObject", "arn:aws:s3:::payroll/a.csv")
    for role in AGENT:
        assert decide(call, everyone()[role]) is Decision.DENIED


@pytest.mark.parametrize("stage", AWS_STAGES)
def test_a_stage_names_a_model_and_its_profile_together(stage: str) -> None:
    """Else the role may call another model than the one that is called."""
    agent = read_environment(stage, region="").parameters["agent"]
    assert agent["ModelId"].endswith(agent["FoundationModel"]) or agent["ModelId"] == ""
    assert bool(agent["GuardrailId"]) is bool(agent["GuardrailVersion"]), json.dumps(agent)


def test_the_lint_lets_one_model_be_called_in_every_region_and_no_more() -> None:
    assert has_reason("CallModel", model_in("*"))
    assert not has_reason("CallModel", model_in("*", "*"))
    assert not has_reason("CallModel", model_in("*", "anthropic.*"))
    assert not has_reason("CallModel", "arn:aws:bedrock:*:*:inference-profile/a")
    assert not has_reason("Other", model_in("*"))
