"""The demo's part about the agent: asks for a file in words, shows the card, and confirms it."""

import secrets
import textwrap
import time
from collections.abc import Mapping
from typing import Any

import httpx

from infra.local.demo_desk import NotThere
from infra.local.doubles import SERVICENOW
from infra.local.ferry import Ferry
from infra.local.receivers import Receivers

ASKED = "Please send today's report to the demo partner, and replace what is there."
PATIENCE_SECONDS = 90.0
POLL_SECONDS = 2.0  # a user may call 100 times a minute
WIDTH = 100


def ask_agent(ferry: Ferry, receivers: Receivers) -> list[str]:
    """The lines for people. Raises NotThere."""
    opened = ferry.call("POST", "/api/agent/conversations", {})
    path = f"/api/agent/conversations/{opened['id']}/messages"
    answer = ferry.call("POST", path, {"text": ASKED}, Idempotency_Key=secrets.token_hex(8))
    message, proposal = answer["message"], answer["proposal"]
    lines = [f"You           {ASKED}", *_wrapped("Agent", message["text"])]
    if proposal is None:
        why = message["trouble"]["message"] if message["trouble"] else "It proposed nothing."
        raise NotThere("\n".join([*lines, why]))
    lines += _card(proposal)
    decision = {"digest": proposal["digest"]}
    done = ferry.call("POST", f"/api/agent/proposals/{proposal['id']}/confirm", decision)
    step = done["steps"][0]
    if step["result"] is None:
        raise NotThere(f"It was confirmed and not done: {step['failure'] or done['failure']}")
    state = ferry.wait(step["result"], PATIENCE_SECONDS)
    lines.append(f"Confirmed     by {done['decided_by']}: {state['id']} {state['status']}")
    return [*lines, *_wrapped("In the ticket", _in_ticket(receivers, state["id"], proposal["id"]))]


def _card(proposal: Mapping[str, Any]) -> list[str]:
    lines = _wrapped("Card", proposal["sentence"])
    lines += [f"              {each['label']}: {each['value']}" for each in proposal["lines"]]
    if estimate := proposal["estimate"]:
        seconds = estimate["seconds"]
        told = "not known yet" if seconds is None else f"about {seconds:g} s"
        lines.append(f"              Estimate: {told} ({estimate['basis']})")
    if proposal["strategy"]:
        lines += _wrapped("", f"Strategy: {proposal['strategy']}")
    return [*lines, f"              Digest: {proposal['digest']}"]


def _in_ticket(receivers: Receivers, transfer_id: str, proposal_id: str) -> str:
    """What the user's ticket says of the proposal. A real ServiceNow cannot be asked here."""
    if SERVICENOW not in receivers.pages:
        return f"proposal {proposal_id}, in your ServiceNow"
    url = f"{receivers.pages[SERVICENOW]}/_double/records"
    query = {"correlation_id": f"ff:{transfer_id}:user"}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = httpx.get(url, params=query, timeout=10, trust_env=False)
        for record in answer.raise_for_status().json()["records"]:
            told = f"{record.get('description', '')}\n{record.get('journal', '')}".splitlines()
            if found := [line.strip() for line in told if proposal_id in line]:
                return found[0]
        time.sleep(POLL_SECONDS)
    raise NotThere(f"No ticket of {transfer_id} names the proposal {proposal_id}.")


def _wrapped(name: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{name:<14}", subsequent_indent=" " * 14)
