"""A deploy role can make everything that the stacks of its stage are made of.

What it lacks would end a deployment half way, and only AWS would say so.
"""

from infra.lint.expansion import ACCOUNT, Expansion
from infra.lint.physical import arn_of, name_of, text_of
from infra.stacks import find_stack
from tests.infra.deployments import optional_expansions
from tests.infra.policy_evaluation import allowed, as_list, literal, managed

HERE = f"eu-central-1:{ACCOUNT}"
ANY = "*"  # AWS takes nothing narrower, or ids that nobody knows before
OWN = ""  # the ARN that the lint knows
API = "arn:aws:apigateway:eu-central-1::"
# The action that makes a kind of resource, and the ARN that it is asked for.
MAKES = {
    "ApiGateway::Deployment": ("apigateway:POST", f"{API}/restapis/a1/deployments"),
    "ApiGateway::RestApi": ("apigateway:POST", f"{API}/restapis"),
    "ApiGateway::Stage": ("apigateway:POST", f"{API}/restapis/a1/stages"),
    "ApiGateway::UsagePlan": ("apigateway:POST", f"{API}/usageplans"),
    "ApiGatewayV2::Api": ("apigateway:POST", f"{API}/apis"),
    "ApiGatewayV2::Authorizer": ("apigateway:POST", f"{API}/apis/a1/authorizers"),
    "ApiGatewayV2::Integration": ("apigateway:POST", f"{API}/apis/a1/integrations"),
    "ApiGatewayV2::Route": ("apigateway:POST", f"{API}/apis/a1/routes"),
    "ApiGatewayV2::Stage": ("apigateway:POST", f"{API}/apis/a1/stages"),
    "ApplicationAutoScaling::ScalableTarget": (
        "application-autoscaling:RegisterScalableTarget",
        f"arn:aws:application-autoscaling:{HERE}:scalable-target/1",
    ),
    "ApplicationAutoScaling::ScalingPolicy": (
        "application-autoscaling:PutScalingPolicy",
        f"arn:aws:application-autoscaling:{HERE}:scalable-target/1",
    ),
    "Budgets::Budget": ("budgets:ModifyBudget", f"arn:aws:budgets::{ACCOUNT}:budget/{{name}}"),
    "CloudFront::Distribution": ("cloudfront:CreateDistribution", ANY),
    "CloudFront::Function": ("cloudfront:CreateFunction", ANY),
    "CloudFront::OriginAccessControl": ("cloudfront:CreateOriginAccessControl", ANY),
    "CloudFront::ResponseHeadersPolicy": ("cloudfront:CreateResponseHeadersPolicy", ANY),
    "CloudTrail::Trail": ("cloudtrail:CreateTrail", f"arn:aws:cloudtrail:{HERE}:trail/{{name}}"),
    "CloudWatch::Alarm": ("cloudwatch:PutMetricAlarm", OWN),
    "CloudWatch::CompositeAlarm": ("cloudwatch:PutCompositeAlarm", OWN),
    "CloudWatch::Dashboard": (
        "cloudwatch:PutDashboard",
        f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{{name}}",
    ),
    "CodeDeploy::Application": (
        "codedeploy:CreateApplication",
        f"arn:aws:codedeploy:{HERE}:application:{{name}}",
    ),
    "CodeDeploy::DeploymentGroup": (
        "codedeploy:CreateDeploymentGroup",
        f"arn:aws:codedeploy:{HERE}:deploymentgroup:{{stack}}-application/{{name}}",
    ),
    "DynamoDB::Table": ("dynamodb:CreateTable", OWN),
    "EC2::EIP": ("ec2:AllocateAddress", ANY),
    "EC2::FlowLog": ("ec2:CreateFlowLogs", ANY),
    "EC2::InternetGateway": ("ec2:CreateInternetGateway", ANY),
    "EC2::NatGateway": ("ec2:CreateNatGateway", ANY),
    "EC2::Route": ("ec2:CreateRoute", ANY),
    "EC2::RouteTable": ("ec2:CreateRouteTable", ANY),
    "EC2::SecurityGroup": ("ec2:CreateSecurityGroup", ANY),
    "EC2::Subnet": ("ec2:CreateSubnet", ANY),
    "EC2::SubnetRouteTableAssociation": ("ec2:AssociateRouteTable", ANY),
    "EC2::VPC": ("ec2:CreateVpc", ANY),
    "EC2::VPCEndpoint": ("ec2:CreateVpcEndpoint", ANY),
    "EC2::VPCGatewayAttachment": ("ec2:AttachInternetGateway", ANY),
    "ECR::Repository": ("ecr:CreateRepository", f"arn:aws:ecr:{HERE}:repository/{{name}}"),
    "ECS::Cluster": ("ecs:CreateCluster", ANY),
    "ECS::Service": ("ecs:CreateService", f"arn:aws:ecs:{HERE}:service/{{stack}}/{{stack}}"),
    "ECS::TaskDefinition": ("ecs:RegisterTaskDefinition", ANY),
    "Events::Archive": ("events:CreateArchive", OWN),
    "Events::EventBus": ("events:CreateEventBus", OWN),
    "Events::EventBusPolicy": ("events:PutPermission", f"arn:aws:events:{HERE}:event-bus/{{bus}}"),
    "Events::Rule": ("events:PutRule", OWN),
    "IAM::Role": ("iam:CreateRole", OWN),
    "KMS::Alias": ("kms:CreateAlias", f"arn:aws:kms:{HERE}:{{name}}"),
    "KMS::Key": ("kms:CreateKey", ANY),
    "Lambda::Alias": ("lambda:CreateAlias", f"arn:aws:lambda:{HERE}:function:{{function}}"),
    "Lambda::EventSourceMapping": ("lambda:CreateEventSourceMapping", ANY),
    "Lambda::Function": ("lambda:CreateFunction", OWN),
    "Lambda::Permission": ("lambda:AddPermission", f"arn:aws:lambda:{HERE}:function:{{function}}"),
    "Lambda::Version": ("lambda:PublishVersion", f"arn:aws:lambda:{HERE}:function:{{function}}"),
    "Logs::LogGroup": ("logs:CreateLogGroup", OWN),
    "Logs::MetricFilter": ("logs:PutMetricFilter", f"arn:aws:logs:{HERE}:log-group:{{group}}:*"),
    "S3::Bucket": ("s3:CreateBucket", OWN),
    "S3::BucketPolicy": ("s3:PutBucketPolicy", "arn:aws:s3:::{stack}-bucket"),
    "SNS::Subscription": ("sns:Subscribe", f"arn:aws:sns:{HERE}:{{prefix}}alarms"),
    "SNS::Topic": ("sns:CreateTopic", OWN),
    "SNS::TopicPolicy": ("sns:SetTopicAttributes", f"arn:aws:sns:{HERE}:{{prefix}}alarms"),
    "SQS::Queue": ("sqs:CreateQueue", OWN),
    "SQS::QueuePolicy": ("sqs:SetQueueAttributes", f"arn:aws:sqs:{HERE}:{{prefix}}queue"),
    "SSM::Parameter": ("ssm:PutParameter", OWN),
    "SecretsManager::RotationSchedule": (
        "secretsmanager:RotateSecret",
        f"arn:aws:secretsmanager:{HERE}:secret:fileferry/prod/auth/signing-key-AbCdEf",
    ),
    "SecretsManager::Secret": ("secretsmanager:CreateSecret", OWN),
    "StepFunctions::StateMachine": ("states:CreateStateMachine", OWN),
    "StepFunctions::StateMachineAlias": (
        "states:CreateStateMachineAlias",
        f"arn:aws:states:{HERE}:stateMachine:{{prefix}}transfer",
    ),
    "StepFunctions::StateMachineVersion": (
        "states:PublishStateMachineVersion",
        f"arn:aws:states:{HERE}:stateMachine:{{prefix}}transfer",
    ),
    "WAFv2::WebACL": ("wafv2:CreateWebACL", f"arn:aws:wafv2:{HERE}:regional/webacl/{{name}}/1"),
    "WAFv2::WebACLAssociation": (
        "wafv2:AssociateWebACL",
        f"arn:aws:wafv2:{HERE}:regional/webacl/{{prefix}}api/1",
    ),
}
CONTEXT = {
    "aws:ResourceAccount": ACCOUNT,
    "iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/fileferry-pipeline-prod-boundary",
    "lambda:FunctionArn": f"arn:aws:lambda:{HERE}:function:fileferry-prod-auth-consumer",
}


def prod() -> list[Expansion]:
    """The stacks that the deploy role of prod deploys."""
    found = optional_expansions()
    return [each for each in found if not find_stack(each.deployment.stack).is_of_account]


def statements() -> list[dict[str, object]]:
    return [*managed("ProdDeployStacks"), *managed("ProdDeployResources")]


def target_of(expansion: Expansion, logical_id: str, form: str) -> str:
    if form == OWN:
        return arn_of(expansion, logical_id)
    properties = expansion.resources[logical_id].get("Properties", {})
    function = text_of(expansion, properties.get("FunctionName", "")).removeprefix(
        f"arn:aws:lambda:{HERE}:function:"
    )
    return form.format(
        name=name_of(expansion, logical_id),
        stack=expansion.deployment.name,
        prefix="fileferry-prod-",
        bus="fileferry-prod",
        function=function,
        group=text_of(expansion, properties.get("LogGroupName", "")),
    )


def test_every_kind_of_resource_can_be_made() -> None:
    lacking = set()
    for expansion in prod():
        for logical_id, resource in expansion.resources.items():
            kind = resource["Type"].removeprefix("AWS::")
            assert kind in MAKES, f"{kind}: which action makes it? Then see whether the role has it"
            action, form = MAKES[kind]
            target = target_of(expansion, logical_id, form)
            if not allowed(statements(), action, target, CONTEXT):
                lacking.add(f"{expansion.deployment.stack}/{logical_id}: {action} on {target}")
    assert not lacking, "put into infra/pipeline/template.yaml:\n" + "\n".join(sorted(lacking))


def test_every_role_can_be_passed_to_the_service_that_takes_it() -> None:
    lacking = set()
    for expansion in prod():
        for logical_id, role in expansion.of_kind("AWS::IAM::Role"):
            for statement in literal(expansion, role["AssumeRolePolicyDocument"])["Statement"]:
                for service in as_list(statement["Principal"].get("Service", [])):
                    context = {"iam:PassedToService": service}
                    arn = arn_of(expansion, logical_id)
                    if not allowed(statements(), "iam:PassRole", arn, context):
                        lacking.add(f"{expansion.deployment.stack}/{logical_id} to {service}")
    assert not lacking, "put into PassRoles of infra/pipeline/template.yaml:\n" + "\n".join(lacking)


def test_a_kind_without_its_right_is_noticed() -> None:
    without = [each for each in statements() if each["Sid"] != "Named"]
    queue = f"arn:aws:sqs:{HERE}:fileferry-prod-auth-x"
    assert allowed(statements(), "sqs:CreateQueue", queue, CONTEXT)
    assert not allowed(without, "sqs:CreateQueue", queue, CONTEXT)
