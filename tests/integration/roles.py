"""Refuses a function what the policies of its role do not allow, as IAM would.

Each call is judged by its action, resource and condition keys, against the expanded template. S3 is
read in a session of the reader role.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.handlers import BUILTIN_HANDLERS

from tests.infra.iam import Decision, decide
from tests.infra.roles import Statements, local, statements_of
from tests.integration.asked import calls_of

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
def allowed(service: str, function: str) -> Statements:
    pascal = "".join(word.capitalize() for word in function.split("_"))
    return statements_of(local(service), f"{pascal}Role")


def _judge(params: Mapping[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - botocore
    if not _acting:
        return
    service, function = _acting[-1]
    reads_objects = model.service_model.signing_name == "s3"
    rights = allowed(service, "reader" if reads_objects else function)
    for call in calls_of(params, model):
        decision = decide(call, rights)
        if decision is not Decision.ALLOWED:
            told = f"{service}.{function} may not {call.action} on {call.resource}"
            denied.append(f"{told} {dict(call.context)}: {decision.value}")
            raise PermissionError(denied[-1])


BUILTIN_HANDLERS.append(("before-parameter-build", _judge))  # for every session made from now on
