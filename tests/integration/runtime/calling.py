"""What the tests of outgoing HTTP call with."""

import ssl
from collections.abc import Sequence
from typing import Any

from runtime.address_guard import AddressGuard, Resolver, resolve
from runtime.guarded_http import CallFailed, GuardedHttp, HttpAnswer

LOOPBACK = ("127.0.0.0/8", "::1/128")
SECRET = "s3cret"
SHORT_SECONDS = 0.4


def http(
    seconds: float = 10.0,
    allowed: Sequence[str] = LOOPBACK,
    resolver: Resolver = resolve,
    tls: ssl.SSLContext | None = None,
    **options: Any,  # noqa: ANN401
) -> GuardedHttp:
    guard = AddressGuard.of(allowed, resolver)
    return GuardedHttp(guard, total_seconds=seconds, tls=tls, **options)


def post(calls: GuardedHttp, url: str, body: bytes = b"{}") -> HttpAnswer:
    return calls.send("POST", url, {"X-Ours": "yes"}, body)


def shows_no_secret(failed: CallFailed) -> None:
    shown = f"{failed} {failed!r} {failed.host} {failed.reason} {failed.__cause__!r}"
    assert SECRET not in shown
