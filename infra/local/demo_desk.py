"""The demo's part about tickets and messages: makes channels, and waits for what has to arrive."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx

from infra.local.doubles import SLACK, TEAMS
from infra.local.ferry import Ferry, Refused
from infra.local.mailbox import sent_mails
from infra.local.receivers import Receivers

TEAMS_CHANNEL, SLACK_CHANNEL, MAIL_CHANNEL = "demo-teams", "demo-slack", "demo-mail"
RULES = [{"stages": ["completed", "failed"]}]
MAIL_RULES = [{"stages": ["completed"]}]  # failures come by the channel that every user has
TICKETS = ("user", "audit")
PATIENCE_SECONDS = 90.0  # one turn of the sweeps may be needed
POLL_SECONDS = 2.0  # a user may call 100 times a minute


class NotThere(Exception):
    """Something did not arrive in time. The message says what."""


def make_channels(ferry: Ferry, receivers: Receivers) -> None:
    """Of the user of `ferry`. Those of an earlier demo are led to today's addresses. The one for
    mails needs the user's address, of which notify hears a moment after the user was made."""
    ensure_channel(ferry, TEAMS_CHANNEL, kind="teams", address=receivers.hooks[TEAMS])
    ensure_channel(ferry, SLACK_CHANNEL, kind="slack", address=receivers.hooks[SLACK])
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ensure_channel(ferry, MAIL_CHANNEL, kind="email", rules=MAIL_RULES)
        except Refused as refused:
            if refused.problem.get("code") != "field_invalid" or time.monotonic() > deadline:
                raise
        time.sleep(POLL_SECONDS)


def ensure_channel(ferry: Ferry, channel_id: str, kind: str, **wishes: object) -> None:
    told = {"name": f"Demo, {kind}", "rules": RULES, **wishes}
    try:
        ferry.call("POST", "/api/notify/channels", {"id": channel_id, "kind": kind, **told})
    except Refused as refused:
        if refused.problem.get("code") != "channel_exists":
            raise
        ferry.call("PATCH", f"/api/notify/channels/{channel_id}", {**told, "active": True})


def wait_until_told(
    ferry: Ferry, receivers: Receivers, emulator: str, sent: Mapping[str, str]
) -> Mapping[str, Sequence[Any]]:
    """The tickets of each transfer, when all are resolved and every message has arrived. `sent` has
    the transfers' labels by their ids, because messages name a transfer by its label. Raises
    NotThere."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    tickets: dict[str, Sequence[Any]] = {}
    for transfer_id, label in sent.items():
        while missing := [
            *not_done(ferry, transfer_id),
            *not_arrived(receivers, emulator, label),
        ]:
            if time.monotonic() > deadline:
                named = "\n  ".join(missing)
                raise NotThere(f"After {PATIENCE_SECONDS:.0f} s there is still missing:\n  {named}")
            time.sleep(POLL_SECONDS)
        tickets[transfer_id] = tickets_of(ferry, transfer_id)
    return tickets


def not_done(ferry: Ferry, transfer_id: str) -> Iterator[str]:
    """What FileFerry itself says is missing."""
    found = {each["kind"]: each["status"] for each in tickets_of(ferry, transfer_id)}
    for kind in TICKETS:
        if (status := found.get(kind, "not there")) != "resolved":
            yield f"the {kind} ticket of {transfer_id} is {status}, not resolved"
    sent = sent_to(ferry, transfer_id)
    for channel in (TEAMS_CHANNEL, SLACK_CHANNEL, MAIL_CHANNEL):
        if (status := sent.get(channel, "no message")) != "sent":
            yield f"{channel} was not told of {transfer_id}: {status}"


def not_arrived(receivers: Receivers, emulator: str, label: str) -> Iterator[str]:
    """What the doubles miss. A real one cannot be asked."""
    for name, what in ((TEAMS, "card in the Teams double"), (SLACK, "message in the Slack double")):
        if name in receivers.pages and not has_posted(receivers.pages[name], label):
            yield f"no {what} names {label}"
    if not any(label in mail.text and label in mail.html for mail in sent_mails(emulator)):
        yield f"no mail names {label}"


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


def has_posted(double: str, text: str) -> bool:
    answer = httpx.get(f"{double}/_double/messages", timeout=10, trust_env=False)
    messages = answer.raise_for_status().json()["messages"]
    return any(each["posted"] and text in each["text"] for each in messages)
