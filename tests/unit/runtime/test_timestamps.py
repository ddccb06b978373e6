"""AWS's timestamps are read as botocore reads them."""

from datetime import datetime

import botocore.session
import pytest
from botocore.utils import parse_timestamp

from runtime.timestamps import read_timestamp

TOLD: list[object] = [
    "2026-11-01T10:20:30.000Z",
    "2026-11-01T10:20:30Z",
    "2026-11-01T10:20:30+02:00",
    "2026-11-01T10:20:30",
    "20261101T102030Z",
    "2026-11-01",
    "Sun, 01 Nov 2026 10:20:30 GMT",
    1_793_000_000,
    1_793_000_000.25,
    "1793000000",
]


@pytest.mark.parametrize("told", TOLD)
def test_a_timestamp_is_that_of_botocore(told: object) -> None:
    read: datetime = read_timestamp(told)
    assert read == parse_timestamp(told)
    assert (read.tzinfo is None) == (parse_timestamp(told).tzinfo is None)


def test_botocore_takes_another_reader() -> None:
    """By a method that it offers to its users."""
    parsers = botocore.session.get_session().get_component("response_parser_factory")
    parsers.set_parser_defaults(timestamp_parser=read_timestamp)
    assert parsers.create_parser("rest-xml")._timestamp_parser is read_timestamp
