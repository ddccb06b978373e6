"""Calls of the AWS CLI in documents name operations and options that the AWS SDK knows."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import UnknownServiceError

from tests.infra.documents import Document, documents, parse
from tests.infra.mentions import commands

CALL = re.compile(r"(?<![\w./-])aws ([a-z0-9-]+) ([a-z0-9-]+)((?: [^|;&)\n]*)?)")
OPTION = re.compile(r"(?<=\s)--([a-z][a-z0-9-]*)")
# Of the CLI itself, for every operation.
GLOBAL = {"query", "output", "region", "profile", "filters", "cli-input-json", "no-paginate"}
# Commands that the CLI has made of several operations.
OWN: Mapping[tuple[str, str], frozenset[str]] = {
    ("s3", "mb"): frozenset(),
    ("s3", "cp"): frozenset({"recursive", "quiet", "expected-size", "checksum-algorithm"}),
    ("s3", "ls"): frozenset({"recursive"}),
    ("s3", "sync"): frozenset({"delete", "exclude", "include"}),
    ("logs", "tail"): frozenset({"since", "filter-pattern", "follow", "format"}),
    ("cloudformation", "wait"): frozenset({"stack-name"}),
    ("cloudtrail", "validate-logs"): frozenset({"trail-arn", "start-time", "end-time", "verbose"}),
}


def unknown_calls(document: Document) -> Iterator[str]:
    for command in commands(document, joined=True):
        for service, operation, arguments in CALL.findall(command.text):
            known = options(service, operation)
            if known is None:
                yield f"{command.place}: AWS has no {service} {operation}"
                continue
            for option in OPTION.findall(re.sub(r"'[^']*'|\"[^\"]*\"", "", arguments)):
                if option.removeprefix("no-") not in known and option not in known | GLOBAL:
                    yield f"{command.place}: aws {service} {operation} has no --{option}"


@cache
def options(service: str, operation: str) -> frozenset[str] | None:
    if (service, operation) in OWN:
        return OWN[service, operation]
    operations = operations_of(service)
    return operations.get(operation)


@cache
def operations_of(service: str) -> Mapping[str, frozenset[str]]:
    service = {"s3api": "s3", "deploy": "codedeploy"}.get(service, service)
    try:
        model: Any = botocore.session.get_session().get_service_model(service)
    except UnknownServiceError:
        return {}
    return {
        xform_name(name, "-"): frozenset(
            xform_name(member, "-")
            for member in (model.operation_model(name).input_shape or _Empty).members
        )
        for name in model.operation_names
    }


class _Empty:
    members: Mapping[str, object] = {}


@pytest.mark.slow
def test_calls_of_aws_name_what_there_is() -> None:
    found = [finding for document in documents() for finding in unknown_calls(document)]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "`aws sqs send-messages --queue-url x`",
        "`aws nothing list`",
        "`aws lambda get-alias --function x`",
        "```\naws s3 cp --speed 9 a b\n```",
        "```\naws sqs send-message \\\n  --queue x\n```",
    ],
)
def test_a_call_that_is_wrong_is_found(text: str) -> None:
    assert len(list(unknown_calls(parse("README.md", text)))) == 1


def test_a_call_that_is_right_is_no_finding() -> None:
    text = "`aws lambda get-alias --function-name x --name live --query 'a --b'`"
    assert list(unknown_calls(parse("README.md", text))) == []
