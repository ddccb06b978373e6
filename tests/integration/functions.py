"""A service's functions, with the variables that its template sets, in new environments."""

import importlib.util
import re
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from infra.templates import Template
from tests.integration.moto_clients import moto_client
from tests.integration.roles import in_the_role_of

Handler = Callable[[dict[str, Any], LambdaContext], Any]


def environment(template: Template, known: Mapping[str, str]) -> dict[str, str]:
    """The functions' variables as the template sets them. `known` has the answers of Ref, and
    values of parameters that are not their defaults. A variable under a condition is left out.
    """
    declared = template["Parameters"].items()
    values = {name: str(each.get("Default", "")) for name, each in declared} | dict(known)

    def resolved(value: Any) -> str | None:  # noqa: ANN401 - any value of a template
        if not isinstance(value, dict):
            return str(value)
        [(function, argument)] = value.items()
        if function == "Ref":
            return values[argument]
        if function == "Fn::Sub":
            return re.sub(r"\$\{([\w:]+)\}", lambda found: values[found[1]], argument)
        assert argument[2] == {"Ref": "AWS::NoValue"}, value
        return None

    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    found = {name: resolved(value) for name, value in variables.items()}
    return {name: value for name, value in found.items() if value is not None}


def cold_start(service: str, name: str) -> Handler:
    """The handler in a module of its own, with nothing built yet, as in a new environment."""
    spec = importlib.util.find_spec(f"services.{service}.handlers.{name}")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Handler = module.handler

    def invoke(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 - its answer
        with in_the_role_of(service, name):
            return handler(event, context)

    return invoke


def outbox_of(table: str) -> dict[str, Any]:
    """The stream's records from its beginning that the mapping's filter passes."""
    streams = moto_client("dynamodbstreams")
    [stream] = streams.list_streams(TableName=table)["Streams"]
    arn = stream["StreamArn"]
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    start = {"ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(StreamArn=arn, **start)["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    return {"Records": [each for each in records if _is_outbox_insert(each)]}


def _is_outbox_insert(record: Mapping[str, Any]) -> bool:
    sort_key = record["dynamodb"]["Keys"]["sk"]["S"]
    return record["eventName"] == "INSERT" and str(sort_key).startswith("OUTBOX#")
