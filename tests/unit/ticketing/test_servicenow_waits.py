"""How long we wait when ServiceNow asks us to."""

from datetime import UTC, datetime

import pytest

from services.ticketing.adapters.servicenow_waits import asked_wait, hourly_limit

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "0"}, 1.0),
        ({"retry-after": "999999999"}, 3_600.0),
        ({"retry-after": "Thu, 26 Nov 2026 10:05:00 GMT"}, 300.0),
        ({"retry-after": "Thu, 26 Nov 2026 10:05:00 -0000"}, 300.0),
        ({"retry-after": "Thu, 26 Nov 2020 10:05:00 GMT"}, 1.0),
        ({"retry-after": "Thu, 26 Nov 9999 10:05:00 GMT"}, 3_600.0),
        ({"x-ratelimit-reset": "1799999999"}, 3_600.0),
        ({"x-ratelimit-reset": "1795687500"}, 300.0),
        ({"retry-after": "soon", "x-ratelimit-reset": "1795687500"}, 300.0),
        ({"retry-after": "7", "x-ratelimit-reset": "1795687500"}, 7.0),
    ],
)
def test_it_is_read_from_either_header(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-5",
        "1e9",
        "inf",
        "nan",
        "٣",
        "0x10",
        "1" * 5_000,
        "soon",
        "99:99",
        "1,2",
        "Thu, 99 Nov 2",
    ],
)
def test_what_cannot_be_read_says_nothing(text: str) -> None:
    assert asked_wait({"retry-after": text, "x-ratelimit-reset": text}, NOW) is None


@pytest.mark.parametrize(
    ("text", "limit"), [("100", 100), (None, None), ("-1", None), ("9" * 99, None), ("٣", None)]
)
def test_the_limit_is_a_number(text: str | None, limit: int | None) -> None:
    headers = {} if text is None else {"x-ratelimit-limit": text}
    assert hourly_limit(headers) == limit
