"""Which of our resources carry the tags that costs are told apart by."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from infra.cost.stage import Stage

SCHEMAS_OF = "us-east-1"
# A stack's tags do not reach these kinds. They are billed, or what they do is.
BILLED = {
    "AWS::Events::Archive": "the stored events, some cents for a GB",
    "AWS::Lambda::Alias": "environments kept ready; they should be billed to the function",
}
# Nor these, and nobody pays for them.
FREE = {
    "AWS::ApiGateway::Account",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::EC2::Route",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::Events::EventBusPolicy",
    "AWS::IAM::ManagedPolicy",
    "AWS::KMS::Alias",
    "AWS::Lambda::Permission",
    "AWS::Lambda::Version",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::StepFunctions::StateMachineAlias",
    "AWS::StepFunctions::StateMachineVersion",
    "AWS::WAFv2::WebACLAssociation",
}
# These take tags in a property of their own name, which the template fills.
BY_THEMSELVES = {"AWS::Budgets::Budget"}


@cache
def takes_stack_tags(kind: str) -> bool:
    """As CloudFormation's own schema of the kind says."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(SCHEMAS_OF, kind).schema
    tagging: Mapping[str, bool] = schema.get("tagging", {})
    return bool(tagging.get("taggable") and tagging.get("tagOnCreate", True))


def without_tags(stages: Iterable[Stage]) -> set[str]:
    kinds = {kind for stage in stages for kind in stage.kinds}
    return {kind for kind in kinds if not takes_stack_tags(kind)} - BY_THEMSELVES


def untagged_rows() -> Iterator[tuple[str, str]]:
    """(what, why it does not matter)"""
    for kind, why in BILLED.items():
        yield f"`{kind}`", why
    yield (
        "secrets of partners and channels",
        "made at run time; the function that makes one tags it",
    )
    yield "tasks of the worker", "`PropagateTags: SERVICE` gives them the service's"
    yield "API keys", "made at run time, free"
    yield "`fileferry-account`", "`fileferry:stack` only, because it serves all stages"
    yield "source buckets, and the bucket of SAM's packages", "not of one stage"
