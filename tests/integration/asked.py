"""The calls that IAM judges when a client's method is called, with their condition keys."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.lint.options import OPTIONS
from tests.infra.iam import Call
from tests.infra.roles import arn

OF_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
OF_OBJECTS = {  # by the method, where it is another word
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListObjectsV2": "ListBucket",
}
API = "value-of-WebSocketApiId"  # as the expanded template has it
PLAN = "value-of-UsagePlanId"
USER_KEY = "fileferry:user-key"
OWN_KEY = "TeamsKey.Arn"
PARTITION = re.compile(r"#?pk = (:\w+)")
Params = Mapping[str, Any]


def calls_of(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401 - botocore
    """Raises KeyError for a service that no function had called when this was written."""
    yield from SERVICES[model.service_model.signing_name](params, model)


def _dynamodb(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    if model.name == "TransactWriteItems":
        for item in params["TransactItems"]:
            for kind, each in item.items():
                yield _on_rows(OF_TRANSACTIONS[kind], each["TableName"], [each])
    elif model.name == "BatchGetItem":
        for table, asked in params["RequestItems"].items():
            yield _on_rows(model.name, table, [{"Key": key} for key in asked["Keys"]])
    elif "IndexName" in params:
        table = f"table/{params['TableName']}/index/{params['IndexName']}"
        yield Call(f"dynamodb:{model.name}", arn("dynamodb", table))
    elif model.name == "Query":
        found = PARTITION.search(params["KeyConditionExpression"])
        assert found, params["KeyConditionExpression"]
        partition = params["ExpressionAttributeValues"][found[1]]
        yield _on_rows(model.name, params["TableName"], [{"Key": {"pk": partition}}])
    elif model.name == "Scan":  # which has no keys that a condition could look at
        yield Call("dynamodb:Scan", arn("dynamodb", f"table/{params['TableName']}"))
    else:
        yield _on_rows(model.name, params["TableName"], [params])


def _on_rows(action: str, table: str, requests: list[Params]) -> Call:
    keys = tuple(str((each.get("Key") or each["Item"])["pk"]["S"]) for each in requests)
    context = {"dynamodb:LeadingKeys": keys}
    return Call(f"dynamodb:{action}", arn("dynamodb", f"table/{table}"), context)


def _sqs(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    queue = str(params["QueueUrl"]).rpartition("/")[2]
    yield Call(f"sqs:{model.name.removesuffix('Batch')}", arn("sqs", queue))


def _secrets(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    name = str(params["Name"] if "Name" in params else params["SecretId"])
    name = re.sub(r"^arn:.*:secret:(.*)-\w{6}$", r"\1", name)
    yield Call(f"secretsmanager:{model.name}", arn("secretsmanager", f"secret:{name}-AbCdEf"))


def _states(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    named = params.get("stateMachineArn") or params.get("executionArn")
    rest = str(named).split(":", 5)[5] if named else "stateMachine:fileferry-local-transfer"
    rest = re.sub(r"^(stateMachine:[^:]+):.*", r"\1", rest)  # IAM judges aliases by a condition key
    yield Call(f"states:{model.name}", arn("states", rest))


def _events(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    buses = {each["EventBusName"] for each in params["Entries"]}
    sources = tuple(sorted({each["Source"] for each in params["Entries"]}))
    for bus in buses:
        kinds = tuple(sorted({each["DetailType"] for each in params["Entries"]}))
        context = {"events:source": sources, "events:detail-type": kinds}
        yield Call(f"events:{model.name}", arn("events", f"event-bus/{bus}"), context)


def _connections(_: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    verb = model.http["method"]
    on = arn("execute-api", f"{API}/v1/{verb}/@connections/c1")
    yield Call("execute-api:ManageConnections", on)


def _api_keys(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    start = f"arn:aws:apigateway:{arn('', '').split(':')[3]}::"
    if model.name == "CreateApiKey":
        tags = {f"aws:RequestTag/{name}": (value,) for name, value in params["tags"].items()}
        yield Call("apigateway:POST", f"{start}/apikeys", tags)
        keys = f"{start}/apikeys/".replace(":", "%3A").replace("/", "%2F")
        yield Call("apigateway:PUT", f"{start}/tags/{keys}k1", tags)
    elif model.name == "CreateUsagePlanKey":
        yield Call("apigateway:POST", f"{start}/usageplans/{PLAN}/keys")
    else:
        assert model.name == "DeleteApiKey", model.name
        tags = {f"aws:ResourceTag/{USER_KEY}": ("local",)}
        yield Call("apigateway:DELETE", f"{start}/apikeys/k1", tags)


def _mail(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    sender = str(params["FromEmailAddress"])
    bare = re.sub(r".*<(.*)>", r"\1", sender)
    yield Call(f"ses:{model.name}", arn("ses", f"identity/{bare}"), {"ses:FromAddress": (bare,)})


def _roles(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    rest = str(params["RoleArn"]).split(":", 5)[5]
    yield Call(f"sts:{model.name}", arn("iam", rest, region=""))


def _objects(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    action = OF_OBJECTS.get(model.name, model.name) + ("Version" if "VersionId" in params else "")
    on = "*"
    if "Bucket" in params:
        on = f"arn:aws:s3:::{params['Bucket']}" + (f"/{params['Key']}" if "Key" in params else "")
    yield Call(f"s3:{action}", on)


def _bedrock(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    assert model.name == "ConverseStream", model.name
    action, profile = "bedrock:InvokeModelWithResponseStream", str(params["modelId"])
    region = OPTIONS["ModelRegion"]
    yield Call(action, arn("bedrock", f"inference-profile/{profile}", region=region))
    vendor = profile.partition(".")[2]
    for other in (region, "eu-west-1"):  # wherever the profile leads to
        yield Call(action, f"arn:aws:bedrock:{other}::foundation-model/{vendor}")
    if "guardrailConfig" in params:
        guardrail = params["guardrailConfig"]["guardrailIdentifier"]
        on = arn("bedrock", f"guardrail/{guardrail}", region=region)
        yield Call("bedrock:ApplyGuardrail", on)


def _keys(params: Params, model: Any) -> Iterator[Call]:  # noqa: ANN401
    assert params["EncryptionContext"], "what is sealed says what it is about"
    yield Call(f"kms:{model.name}", OWN_KEY)


SERVICES = {
    "bedrock": _bedrock,
    "dynamodb": _dynamodb,
    "sqs": _sqs,
    "secretsmanager": _secrets,
    "states": _states,
    "events": _events,
    "execute-api": _connections,
    "kms": _keys,
    "apigateway": _api_keys,
    "ses": _mail,
    "sts": _roles,
    "s3": _objects,
}
