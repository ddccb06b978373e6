"""Why a statement's resource has a wildcard: the one list of reasons.

By the statement's Sid and what the resource ends with, from its first wildcard on. Behind an end
with a slash stands one more name, which the environment has.
"""

REASONS = {
    ("Log", ":*"): "the streams of the role's own log group",
    ("Trace", "*"): "X-Ray has no resources to name",
    ("Streams", "*"): "dynamodb:ListStreams takes no resource",
    ("LogDelivery", "*"): "log delivery of Step Functions takes no resource",
    ("FindLog", "*"): "logs:DescribeLogGroups takes no narrower resource; flow logs ask for it",
    ("BucketNames", "*"): "s3:ListAllMyBuckets takes no resource",
    ("Interfaces", "*"): "Lambda makes them, and NotItself keeps the function from it",
    ("ReadCredentials", "destinations/*"): "one secret per destination, made at run time",
    ("KeepCredentials", "destinations/*"): "one secret per destination, made at run time",
    ("ReadAddresses", "channels/*"): "one secret per channel, made at run time",
    ("KeepAddresses", "channels/*"): "one secret per channel, made at run time",
    ("RemoveAddresses", "channels/*"): "one secret per channel, made at run time",
    (
        "SendMail",
        "identity/*",
    ): "the address or a domain above it; only as MailFrom, by a condition",
    ("LookAtWorkflow", "transfer:*"): "executions of the service's own workflow, one per transfer",
    ("TagKeys", "apikeys%2F*"): "one API key per user; by the tag that it gives",
    ("RemoveKeys", "/apikeys/*"): "one API key per user, made at run time; by its tag",
    ("UseConnections", "/POST/@connections/*"): "connections of the service's own API",
    ("UseConnections", "/DELETE/@connections/*"): "connections of the service's own API",
    ("Protect", "worker/*"): "tasks of the worker's own cluster, each started at run time",
    ("Ages", "*"): "secretsmanager:ListSecrets takes no resource",
    ("Dates", "/*"): "every secret of the stage; since when it has its value, and not the value",
    ("LogIn", "*"): "ecr:GetAuthorizationToken takes no resource",
    ("Ask", ":*"): "the versions of one function, each made by a release",
    ("Answer", "-*"): "CloudFormation makes the names of applications and groups up",
    ("Look", "*"): "CodeDeploy asks for alarms of any name at once",
    (
        "CallModel",
        "*::foundation-model/",
    ): "one model, in the regions that its inference profile leads to",
    ("Objects", "/*"): "every object of the buckets that the environment lists",
}
# The environment may list patterns, which are then in front of the end.
FROM_ENVIRONMENT = {"Objects", "Buckets"}


def has_reason(sid: str, resource: str) -> bool:
    if sid in FROM_ENVIRONMENT:
        return resource.startswith("arn:")
    return any(is_end(end, resource) for known, end in REASONS if known == sid)


def is_end(end: str, resource: str) -> bool:
    before, name = resource, ""
    if end.endswith("/"):
        before, slash, name = resource.rpartition("/")
        before += slash
    return before.endswith(end) and "*" not in before.removesuffix(end) + name
