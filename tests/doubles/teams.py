"""Teams, as far as a workflow's webhook shows it: flows of Power Automate that post cards.

    python -m tests.doubles.teams --port 0 --ready-file F

What all doubles take (faults, requests, page) is told in http_double.py, messages in
message_board.py. There are three flows:

    message  posts each card of {"type": "message", "attachments": [{"contentType":
             "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": CARD}]}
    card     posts the body, which must be the CARD itself
    either   takes both, as today's template does

    POST /powerautomate/automations/direct/workflows/{id}/triggers/manual/paths/invoke
         ?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={sig}     (or from /workflows on)
    202, empty: the trigger took it. As with real flows that does not say that it was POSTED: a body
         of the wrong shape, of more than 28 KB, or with a bad card is taken and then not posted.
    400 WorkflowTriggerIsNotEnabled, InvalidRequestContent, MissingApiVersionParameter; 401
         DirectApiAuthorizationRequired (no sig), AuthorizationFailed (a wrong one); 404
         WorkflowNotFound: {"error": {"code", "message"}}

    GET  /_double/flows          {"flows": [{"name", "takes", "state", "address", "url"}]};
                                 `address` is path and query (address_of has it), `url` the whole
    POST /_double/flows/{name}   {"state": "Enabled" | "Disabled" | "Suspended" | "Deleted"}
    GET  /_double/messages       what the triggers took: {"number", "at", "flow", "takes", "shape":
         "message" | "card" | "other", "bytes", "posted": bool, "why_not": text or null, "valid":
         bool (each card is a 1.2 that Teams shows), "problems": [text], "cards": [...], "text",
         "mentions", "links", "markup", "characters"}; the last five as in findings.py, of what was
         posted
    GET  /_double/summary        {"taken", "posted", "not_posted", "arrived"}

Faults as Teams has them: {"kind": "status", "status": 429, "retry_after": 7}, whose body is empty,
and, as connectors did, {"kind": "status", "status": 200, "body": DELIVERY_FAILED}.
The double is stricter than Teams with cards: what 1.2 does not have is not posted.
"""

import argparse
import json
import threading
from html import escape
from typing import Any

from tests.doubles.html_page import page, text_html
from tests.doubles.http_call import Answer, Call, json_answer
from tests.doubles.http_double import Double, run
from tests.doubles.message_board import Message, MessageBoard
from tests.doubles.spans import STYLE as TEXT_STYLE
from tests.doubles.strict_json import strict_json
from tests.doubles.teams_flows import PATH, Flow, States, error, flows, refused
from tests.doubles.teams_flows import run as run_flow
from tests.doubles.teams_view import STYLE, CardView

SHOWN = 100  # messages on the page
DELIVERY_FAILED = (
    "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"
    " with ContextId tcid=0"
)


def address_of(name: str) -> str:
    """Path and query of a flow: message, card, either."""
    return flows()[name].address


class Teams(Double):
    def __init__(self) -> None:
        self.flows = flows()
        self.board = MessageBoard()
        self._lock = threading.Lock()

    def answer(self, call: Call) -> Answer:
        match = PATH.fullmatch(call.path)
        if match is None:
            return error(404, "ResourceNotFound", "There is nothing at this address.")
        workflow = match.group(1)
        flow = next((each for each in self.flows.values() if each.id == workflow), None)
        refusal = refused(flow, call, workflow)
        if refusal or flow is None:
            return refusal or Answer(404)
        try:
            document = strict_json(call.body)
        except ValueError:
            return error(400, "InvalidRequestContent", "The request content is no valid JSON.")
        self._take(flow, document, len(call.body))
        return Answer(202)

    def _take(self, flow: Flow, document: object, size: int) -> None:
        fate = run_flow(flow, document, size)
        views = [CardView(card) for card in fate.cards] if fate.posted else []
        shown = [view.findings.shown() for view in views]
        message: Message = {
            "flow": flow.name,
            "takes": flow.takes,
            "shape": fate.shape,
            "bytes": size,
            "posted": fate.posted,
            "why_not": fate.failure,
            "valid": bool(fate.cards) and not fate.problems,
            "problems": list(fate.problems),
            "cards": list(fate.cards),
            "text": "\n\n".join(each["text"] for each in shown),
        }
        for name in ("mentions", "links", "markup", "characters"):
            message[name] = [found for each in shown for found in each[name]]
        self.board.add(message | {"_html": [view.html for view in views]})

    def refusal(self, status: int) -> Answer:
        """A 429 of Teams has no body: only its header says when."""
        return Answer(429) if status == 429 else error(status, "DoubledFailure", "As ordered.")

    def control(self, call: Call) -> Answer | None:
        name = call.path.removeprefix("/_double/flows").strip("/")
        if not call.path.startswith("/_double/flows"):
            return self.board.control(call)
        if call.method == "POST":
            state = call.json()["state"]
            if state not in States or name not in self.flows:
                raise ValueError(f"no flow {name!r} or no state {state!r}")
            with self._lock:
                self.flows[name].state = state
        host = call.headers.get("host", "")
        return json_answer(200, {"flows": [_shown(each, host) for each in self.flows.values()]})

    def summary(self) -> dict[str, Any]:
        taken = self.board.newer()
        posted = sum(each["posted"] for each in taken)
        return {"taken": len(taken), "posted": posted, "not_posted": len(taken) - posted}

    def page(self) -> Answer:
        main = "".join(map(_message_html, self.board.newest(SHOWN)))
        explanation = f"What the newest {SHOWN} calls of flows brought. Links lead nowhere."
        main = main or '<p class="soft">Nothing has arrived yet.</p>'
        return page("Teams (double)", explanation, main, STYLE + TEXT_STYLE)


def _shown(flow: Flow, host: str) -> dict[str, str]:
    shown = {"name": flow.name, "takes": flow.takes, "state": flow.state}
    return shown | {"address": flow.address, "url": f"http://{host}{flow.address}"}


def _message_html(message: Message) -> str:
    at = escape(message["at"][:19].replace("T", " "))
    head = f'<p class="soft">{at} UTC &middot; flow {escape(message["flow"])}'
    if message["posted"]:
        return f'{head} &middot; <span class="good">posted</span></p>{"".join(message["_html"])}'
    why = escape(str(message["why_not"]))
    problems = "".join(f"<li>{escape(each)}</li>" for each in message["problems"])
    return (
        f'{head} &middot; <span class="badge bad">not posted</span></p>'
        f'<div class="card"><p class="text">{why}</p><ul>{problems}</ul>'
        f"{_raw(message['cards'])}</div>"
    )


def _raw(cards: list[Any]) -> str:
    if not cards:
        return ""
    raw = text_html(json.dumps(cards, indent=2, ensure_ascii=False))
    return f'<details><summary>What came</summary><pre class="mono text">{raw}</pre></details>'


if __name__ == "__main__":
    run(argparse.ArgumentParser(description="A double of Teams."), lambda _: Teams())
