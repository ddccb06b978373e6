"""`make announce-users` goes from page to page to the last one, and says where it stopped."""

import io
import json
from typing import Any

import pytest

from infra.announce_users import announce_users
from infra.calling import CallRefused


class Functions:
    """Answers with the pages, one after the other, as boto3's client of AWS Lambda does."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.left = list(pages)
        self.asked: list[Any] = []
        self.names: set[str] = set()

    def invoke(self, **called: Any) -> dict[str, Any]:  # noqa: ANN401
        self.names.add(called["FunctionName"])
        self.asked.append(json.loads(called["Payload"]))
        page = self.left.pop(0)
        failed = {"FunctionError": "Unhandled"} if "errorType" in page else {}
        return {"Payload": io.BytesIO(json.dumps(page).encode()), **failed}


def test_every_page_is_asked_for_with_the_cursor_of_the_one_before() -> None:
    functions = Functions({"users": 100, "cursor": "a"}, {"users": 7, "cursor": None})
    assert list(announce_users(functions, "dev")) == [100, 7]
    assert functions.asked == [{"cursor": None}, {"cursor": "a"}]
    assert functions.names == {"fileferry-dev-auth-announce-users"}


def test_what_was_announced_before_a_failure_is_known() -> None:
    failure = {"errorType": "UserChanged", "errorMessage": "Others were faster."}
    pages = announce_users(Functions({"users": 100, "cursor": "a"}, failure), "dev")
    assert next(pages) == 100
    with pytest.raises(CallRefused, match="Others were faster"):
        next(pages)
