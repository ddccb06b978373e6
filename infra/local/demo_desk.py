"""The demo's part about tickets and messages: makes channels, and waits for what has to arrive."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from infra.local.doubles import SLACK, TEAMS
from infra.local.ferry import Ferry, Refused
from infra.local.mailbox import sent_mails
from infra.local.receivers import Receivers

TEAMS_CHANNEL, SLACK_CHANNEL, MAIL_CHANNEL = "demo-teams", "demo-slack", "demo-mail"
RULES = [{"stages": ["completed", "failed"]}]
TICKETS = ("user", "audit")
PATIENCE_SECONDS = 90.0  # one turn of the sweeps may be needed
TAKEN = (httpx.codes.OK, httpx.codes.ACCEPTED)
POLL_SECONDS = 2.0  # a user may call 100 times a minute


class NotThere(Exception):
    """Something did not arrive in time. The message says what."""


def make_channels(ferry: Ferry, receivers: Receivers) -> None:
    """Of the user of `ferry`. Those of an earlier demo are led to today's addresses."""
    ensure_channel(ferry, TEAMS_CHANNEL, kind="teams", address=receivers.hooks[TEAMS])
    ensure_channel(ferry, SLACK_CHANNEL, kind="slack", address=receivers.hooks[SLACK])
    ensure_channel(ferry, MAIL_CHANNEL, kind="email")


def ensure_channel(ferry: Ferry, channel_id: str, kind: str, **place: str) -> None:
    told = {"name": f"Demo, {kind}", "rules": RULES, **place}
    try:
        ferry.call("POST", "/api/notify/channels", {"id": channel_id, "kind": kind, **told})
    except Refused as refused:
        if refused.problem.get("code") != "channel_exists":
            raise
        ferry.call("PATCH", f"/api/notify/channels/{channel_id}", {**told, "active": True})


def wait_until_told(
    ferry: Ferry, receivers: Receivers, emulator: str, transfer_ids: Sequence[str]
) -> Mapping[str, Sequence[Any]]:
    """The tickets of each transfer, when all are resolved and every message has arrived. Raises
    NotThere."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    tickets: dict[str, Sequence[Any]] = {}
    for transfer_id in transfer_ids:
        while missing := missing_of(ferry, receivers, emulator, transfer_id):
            if time.monotonic() > deadline:
                named = "\n  ".join(missing)
                raise NotThere(f"After {PATIENCE_SECONDS:.0f} s there is still missing:\n  {named}")
            time.sleep(POLL_SECONDS)
        tickets[transfer_id] = tickets_of(ferry, transfer_id)
    return tickets


def missing_of(ferry: Ferry, receivers: Receivers, emulator: str, transfer_id: str) -> list[str]:
    """What FileFerry says, and what the receivers say where they can be asked."""
    found = {each["kind"]: each["status"] for each in tickets_of(ferry, transfer_id)}
    missing = [
        f"the {kind} ticket of {transfer_id} is {found.get(kind, 'not there')}, not resolved"
        for kind in TICKETS
        if found.get(kind) != "resolved"
    ]
    sent = sent_to(ferry, transfer_id)
    missing += [
        f"{channel} was not told of {transfer_id}: {sent.get(channel, 'no message')}"
        for channel in (TEAMS_CHANNEL, SLACK_CHANNEL, MAIL_CHANNEL)
        if sent.get(channel) != "sent"
    ]
    arrived: Mapping[str, Callable[[], bool]] = {
        "card in the Teams double": lambda: has_arrived(receivers.pages.get(TEAMS), transfer_id),
        "message in the Slack double": lambda: has_arrived(receivers.pages.get(SLACK), transfer_id),
        "mail": lambda: any(
            transfer_id in mail.text and transfer_id in mail.html for mail in sent_mails(emulator)
        ),
    }
    missing += [
        f"no {what} names {transfer_id}" for what, is_there in arrived.items() if not is_there()
    ]
    return missing


def tickets_of(ferry: Ferry, transfer_id: str) -> Sequence[Any]:
    try:
        found: Sequence[Any] = ferry.call("GET", f"/api/transfer/{transfer_id}/tickets")["tickets"]
    except Refused as refused:
        if refused.status != httpx.codes.NOT_FOUND:  # its event has not come yet
            raise
        return []
    return found


def sent_to(ferry: Ferry, transfer_id: str) -> dict[str, str]:
    """What became of the messages about a transfer, by channel."""
    try:
        told = ferry.call("GET", f"/api/transfer/{transfer_id}/notifications")["notifications"]
    except Refused as refused:
        if refused.status != httpx.codes.NOT_FOUND:
            raise
        return {}
    return {each["channel_id"]: each["status"] for each in told}


def has_arrived(double: str | None, text: str) -> bool:
    """True for a real one, which cannot be asked."""
    if double is None:
        return True
    answer = httpx.get(f"{double}/_double/requests", timeout=10, trust_env=False)
    answer.raise_for_status()
    requests = answer.json()["requests"]
    return any(each["status"] in TAKEN and text in each["body"] for each in requests)
