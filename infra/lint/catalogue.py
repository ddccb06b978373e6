"""How AWS names resources: which property names it, how long a name may be, where it is unique."""

from dataclasses import dataclass
from enum import Enum


class Scope(Enum):
    """Where no two resources may have the same name."""

    PARENT = "its parent, if anywhere"
    REGION = "a region of the account"
    ACCOUNT = "the account"
    WORLD = "all accounts"


@dataclass(frozen=True)
class Kind:
    """`named_by` is a property, or the path to one: `Config.Name`. `arn` is the part of the ARN
    behind the partition. `ref` is what Ref answers if it is not the name."""

    named_by: str
    longest: int
    scope: Scope = Scope.REGION
    arn: str = ""
    ref: str = "{name}"


HERE = "{region}:{account}"
KINDS = {
    "AWS::ApiGateway::Authorizer": Kind("Name", 128, Scope.PARENT),
    "AWS::ApiGateway::RestApi": Kind("Name", 1024, Scope.PARENT, ref="a1b2c3d4e5"),
    "AWS::ApiGateway::Stage": Kind("StageName", 128, Scope.PARENT),
    "AWS::ApiGateway::UsagePlan": Kind("UsagePlanName", 255, Scope.PARENT, ref="f6e7d8"),
    "AWS::ApiGatewayV2::Api": Kind("Name", 128, Scope.PARENT, ref="b2c3d4e5f6"),
    "AWS::ApiGatewayV2::Authorizer": Kind("Name", 128, Scope.PARENT, ref="au1b2c"),
    "AWS::ApiGatewayV2::Stage": Kind("StageName", 128, Scope.PARENT),
    # Budgets and CloudFront are one for all regions.
    "AWS::Budgets::Budget": Kind("Budget.BudgetName", 100, Scope.ACCOUNT),
    "AWS::CloudFront::CachePolicy": Kind("CachePolicyConfig.Name", 128, Scope.ACCOUNT),
    "AWS::CloudFront::Function": Kind("Name", 64, Scope.ACCOUNT, ref="{arn}"),
    "AWS::CloudFront::OriginAccessControl": Kind(
        "OriginAccessControlConfig.Name", 64, Scope.ACCOUNT, ref="E1A2B3C4D5E6F7"
    ),
    "AWS::CloudFront::OriginRequestPolicy": Kind(
        "OriginRequestPolicyConfig.Name", 128, Scope.ACCOUNT
    ),
    "AWS::CloudFront::ResponseHeadersPolicy": Kind(
        "ResponseHeadersPolicyConfig.Name", 128, Scope.ACCOUNT, ref="12345678-1234-1234"
    ),
    "AWS::CloudTrail::Trail": Kind("TrailName", 128, arn=f"cloudtrail:{HERE}:trail/{{name}}"),
    "AWS::CloudWatch::Alarm": Kind("AlarmName", 255, arn=f"cloudwatch:{HERE}:alarm:{{name}}"),
    "AWS::CloudWatch::CompositeAlarm": Kind(
        "AlarmName", 255, arn=f"cloudwatch:{HERE}:alarm:{{name}}"
    ),
    "AWS::CloudWatch::Dashboard": Kind("DashboardName", 255, Scope.ACCOUNT),
    "AWS::CodeDeploy::Application": Kind("ApplicationName", 100),
    "AWS::CodeDeploy::DeploymentGroup": Kind("DeploymentGroupName", 100, Scope.PARENT),
    "AWS::DynamoDB::Table": Kind("TableName", 255, arn=f"dynamodb:{HERE}:table/{{name}}"),
    "AWS::Events::Archive": Kind("ArchiveName", 48, arn=f"events:{HERE}:archive/{{name}}"),
    "AWS::Events::EventBus": Kind("Name", 256, arn=f"events:{HERE}:event-bus/{{name}}"),
    # CloudFormation identifies a policy by its StatementId alone, without the bus.
    "AWS::Events::EventBusPolicy": Kind("StatementId", 64),
    "AWS::Events::Rule": Kind("Name", 64, arn=f"events:{HERE}:rule/{{name}}"),
    "AWS::IAM::Group": Kind("GroupName", 128, Scope.ACCOUNT, "iam::{account}:group/{name}"),
    "AWS::IAM::InstanceProfile": Kind("InstanceProfileName", 128, Scope.ACCOUNT),
    "AWS::IAM::ManagedPolicy": Kind(
        "ManagedPolicyName", 128, Scope.ACCOUNT, "iam::{account}:policy/{name}", "{arn}"
    ),
    # An account knows a provider by its address alone.
    "AWS::IAM::OIDCProvider": Kind("Url", 255, Scope.ACCOUNT, ref="{arn}"),
    "AWS::IAM::Policy": Kind("PolicyName", 128, Scope.PARENT),
    "AWS::IAM::Role": Kind("RoleName", 64, Scope.ACCOUNT, "iam::{account}:role/{name}"),
    "AWS::IAM::User": Kind("UserName", 64, Scope.ACCOUNT, "iam::{account}:user/{name}"),
    "AWS::KMS::Alias": Kind("AliasName", 256),
    "AWS::Lambda::Alias": Kind("Name", 128, Scope.PARENT),
    "AWS::Lambda::Function": Kind("FunctionName", 64, arn=f"lambda:{HERE}:function:{{name}}"),
    "AWS::Logs::LogGroup": Kind("LogGroupName", 512, arn=f"logs:{HERE}:log-group:{{name}}:*"),
    "AWS::Logs::ResourcePolicy": Kind("PolicyName", 255),
    "AWS::S3::Bucket": Kind("BucketName", 63, Scope.WORLD, "s3:::{name}"),
    "AWS::SNS::Topic": Kind("TopicName", 256, arn=f"sns:{HERE}:{{name}}", ref="{arn}"),
    "AWS::SQS::Queue": Kind(
        "QueueName", 80, arn=f"sqs:{HERE}:{{name}}", ref="https://sqs.{region}/{account}/{name}"
    ),
    "AWS::SSM::Parameter": Kind("Name", 1011, arn=f"ssm:{HERE}:parameter{{name}}"),
    "AWS::Scheduler::ScheduleGroup": Kind("Name", 64),
    "AWS::SecretsManager::Secret": Kind(
        "Name", 512, arn=f"secretsmanager:{HERE}:secret:{{name}}-AbCdEf", ref="{arn}"
    ),
    "AWS::StepFunctions::StateMachine": Kind(
        "StateMachineName", 80, arn=f"states:{HERE}:stateMachine:{{name}}", ref="{arn}"
    ),
    "AWS::StepFunctions::StateMachineAlias": Kind("Name", 80, Scope.PARENT),
    "AWS::WAFv2::IPSet": Kind("Name", 128),
    "AWS::WAFv2::WebACL": Kind("Name", 128),
}
# Each account has only one of these in each region, under any name.
SINGLETONS = {
    "AWS::ApiGateway::Account",
    "AWS::Config::ConfigurationRecorder",
    "AWS::GuardDuty::Detector",
    "AWS::SecurityHub::Hub",
    "AWS::XRay::TransactionSearchConfig",
}
