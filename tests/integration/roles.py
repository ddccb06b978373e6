"""Refuses a function what its role in the template does not allow, as IAM would.

It judges each call by its action, and queries also by index. S3 is read in a session of the reader
role.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.handlers import BUILTIN_HANDLERS

from infra.stacks import find_stack

OF_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
BY_VERB = "apigateway"  # its actions are the verbs of HTTP
SOCKETS = "execute-api"  # one action for all that is done with connections
_acting: list[tuple[str, str]] = []  # not by thread, because a function has threads of its own
denied: list[str] = []


@contextmanager
def in_the_role_of(service: str, function: str) -> Iterator[None]:
    """`function` is the name of its handler's module."""
    _acting.append((service, function))
    try:
        yield
    finally:
        _acting.pop()


@cache
def allowed(service: str, function: str) -> frozenset[str]:
    pascal = "".join(word.capitalize() for word in function.split("_"))
    role = find_stack(service).completed()["Resources"][f"{pascal}Role"]["Properties"]
    [policy] = role["Policies"]
    found = set()
    for written in policy["PolicyDocument"]["Statement"]:
        statement = written["Fn::If"][1] if "Fn::If" in written else written
        if statement["Effect"] != "Allow":
            continue
        if statement["Sid"] == "Indexes":
            ends = [each["Fn::Sub"].rsplit("/", 1)[1] for each in statement["Resource"]]
            found |= {f"dynamodb:Query/{index}" for index in ends}
        else:
            found |= set(statement["Action"])
    return frozenset(found)


def _needed(params: Mapping[str, Any], model: Any) -> Iterator[str]:  # noqa: ANN401 - botocore
    prefix = model.service_model.signing_name
    if model.name == "TransactWriteItems":
        for item in params["TransactItems"]:
            yield from (f"{prefix}:{OF_TRANSACTIONS[kind]}" for kind in item)
    elif model.name == "Query" and "IndexName" in params:
        yield f"{prefix}:Query/{params['IndexName']}"
    elif prefix == SOCKETS:
        yield f"{SOCKETS}:ManageConnections"
    elif prefix == BY_VERB:
        yield f"{prefix}:{model.http['method']}"
    elif prefix != "s3":
        action = model.name.removesuffix("Batch") if prefix == "sqs" else model.name
        yield f"{prefix}:{action}"


def _judge(params: Mapping[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - botocore
    if not _acting:
        return
    for action in _needed(params, model):
        if action not in allowed(*_acting[-1]):
            denied.append(f"{'.'.join(_acting[-1])} may not {action}")
            raise PermissionError(denied[-1])


BUILTIN_HANDLERS.append(("before-parameter-build", _judge))  # for every session made from now on
