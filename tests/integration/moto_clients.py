"""Clients of what moto stands for, made once: that takes longer than most calls to them."""

from functools import cache
from typing import Any

import boto3
import moto.core  # noqa: F401 - it hooks into those sessions that are made after it is loaded

SESSION = boto3.Session()


@cache
def moto_client(service: str) -> Any:  # noqa: ANN401 - boto3 has no types
    """One that is shared: who hooks into its events makes a client of their own."""
    return SESSION.client(service)
