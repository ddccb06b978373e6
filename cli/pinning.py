"""Pins a host key that was compared: by a person at a terminal, or with a given fingerprint."""

import sys
from typing import Any

from cli.client import Client, read
from cli.confirming import confirm
from cli.destinations import change, read_destination, require_success, run_test, server
from cli.errors import CommandFailed, TransferFailed, UsageFailed
from cli.escaping import escaped
from cli.invocation import Invocation
from contracts.destination_views import DestinationView, HostKeyView, TestResult

CHANGED = "host_key_changed"


def pin_offered(invocation: Invocation, destination_id: str, fingerprint: str | None) -> Any:  # noqa: ANN401
    """The destination's JSON document. Raises CommandFailed, also when the person says no.

    Pinned keys stay unless the server shows another one. Then they are taken away for the moment in
    which the server is asked, and come back if the new one is not taken.
    """
    client = invocation.client
    view, version = read_destination(client, destination_id)
    if not view.host_keys:
        return _pin(invocation, view, version, _offered(client, destination_id), fingerprint)
    result = read(TestResult, run_test(client, destination_id))
    if result.failure is None or result.failure.code != CHANGED:
        require_success(result)
        raise CommandFailed("The server shows the key that is pinned: there is nothing to do.")
    invocation.output.warn("The server shows ANOTHER key than the pinned one. Ask the partner why.")
    pinned = [each.key for each in view.host_keys]
    bare = change(client, destination_id, {"host_keys": []}, version).headers.get("etag", "*")
    try:
        return _pin(invocation, view, bare, _offered(client, destination_id), fingerprint)
    except BaseException:
        change(client, destination_id, {"host_keys": pinned}, bare)
        raise


def _is_same(told: str, offered: str) -> bool:
    """Tools for certificates write the digits in capitals, with colons between them."""
    digits = "".join(told.rpartition("=")[2].split()).removeprefix("SHA256:").replace(":", "")
    return told.strip() == offered or f"SHA256:{digits.lower()}" == offered


def _offered(client: Client, destination_id: str) -> HostKeyView:
    result = read(TestResult, run_test(client, destination_id))
    if result.offered_host_key is None:
        require_success(result)
        raise CommandFailed(
            "The server offered nothing to pin: files can be sent there as it is, or a public"
            " authority vouches for it already."
        )
    return result.offered_host_key


def _pin(
    invocation: Invocation,
    view: DestinationView,
    version: str,
    offered: HostKeyView,
    fingerprint: str | None,
) -> Any:  # noqa: ANN401
    algorithm = escaped(offered.key.partition(" ")[0])
    shown = f"{algorithm} {escaped(offered.fingerprint)}"
    if fingerprint is not None:
        if not _is_same(fingerprint, offered.fingerprint):
            raise TransferFailed(
                f"The server offers another host key, {shown}. It is not pinned. Ask the partner"
                " which key the server has."
            )
    elif invocation.output.as_json or not sys.stdin.isatty():
        raise UsageFailed(
            f"The server offers the host key {shown}. It is not pinned, because nobody has compared"
            " it. Pin it with the fingerprint that the partner told you: fileferry destinations pin"
            f" {escaped(view.id)} --fingerprint SHA256:..."
        )
    else:
        invocation.output.warn(f"{escaped(server(view))} offers\n  {shown}")
        confirm("Did the partner tell you this fingerprint?")
    return change(invocation.client, view.id, {"host_keys": [offered.key]}, version).document
