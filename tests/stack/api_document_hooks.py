"""Lets schemathesis log in from a process of its own, and keeps it from logging itself out.

It finds names in the answers and uses them, its own among them. What ends a session is done to
another user, who is there for nothing else.
"""

import itertools
import json
import os
from typing import Any

import schemathesis

TOKEN, LEAVING_TOKEN = os.environ["FILEFERRY_TOKEN"], os.environ["FILEFERRY_LEAVING_TOKEN"]
# Nobody can guess a transfer's id. So every other call is about this one.
TRANSFER, DESTINATION = os.environ["FILEFERRY_TRANSFER"], "partner"
SOURCE = json.loads(os.environ["FILEFERRY_SOURCE"])  # an object that is there
MAX_TRANSFERS = 3  # a workflow runs for each
_calls, _started = itertools.count(), itertools.count()
USER, LEAVING_USER = "fuzzer", "leaving-fuzzer"
OWN = {("POST", "/api/logout"), ("DELETE", "/api/me/sessions")}
OTHERS = ("DELETE", "/api/users/{user}/sessions")


def operation(case: Any) -> tuple[str, str]:  # noqa: ANN401
    return case.method.upper(), case.path


@schemathesis.auth(refresh_interval=None)
class Tokens:
    def get(self, case: Any, ctx: Any) -> str:  # noqa: ANN401
        return LEAVING_TOKEN if operation(case) in OWN else TOKEN

    def set(self, case: Any, data: str, ctx: Any) -> None:  # noqa: ANN401
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(ctx: Any, case: Any, kwargs: Any) -> None:  # noqa: ANN401
    if operation(case) == OTHERS and case.path_parameters.get("user") == USER:
        case.path_parameters["user"] = LEAVING_USER
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if case.path.startswith("/api/transfer/{id}") and next(_calls) % 2:
        case.path_parameters["id"] = TRANSFER
    if operation(case) == ("POST", "/api/transfer") and next(_started) < MAX_TRANSFERS:
        case.body |= {"destination_id": DESTINATION, "source": SOURCE}
