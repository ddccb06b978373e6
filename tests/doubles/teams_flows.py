"""Flows in Power Automate that post cards to Teams: how they are called, and what they post."""

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from tests.doubles.http_call import Answer, Call, json_answer
from tests.doubles.teams_cards import problems_of

Takes = Literal["message", "card", "either"]
States = ("Enabled", "Disabled", "Suspended", "Deleted")
# Under *.environment.api.powerplatform.com, and as it was under *.logic.azure.com.
PATH = re.compile(
    r"(?:/powerautomate/automations/direct(?:/cu/\d+)?)?/workflows/([^/]+)"
    r"/triggers/manual/paths/invoke"
)
SP, SV = "/triggers/manual/run", "1.0"
LARGEST = 28 * 1_024  # bytes of a message in Teams
CARD_TYPE = "application/vnd.microsoft.card.adaptive"


@dataclass
class Flow:
    """`takes` is what its steps were made for; today's template takes either."""

    name: str
    takes: Takes
    id: str
    sig: str
    state: str = "Enabled"

    @property
    def address(self) -> str:
        """Path and query. It is a secret: whoever has it may post."""
        query = urlencode({"api-version": "1", "sp": SP, "sv": SV, "sig": self.sig})
        path = f"/powerautomate/automations/direct/workflows/{self.id}/triggers/manual/paths/invoke"
        return f"{path}?{query}"


def flows() -> dict[str, Flow]:
    """By their names."""
    made = (
        Flow(
            "message", "message", "5f1c0d7a4b2e4a5f9d1e6c3b8a7f2e10", "m3ss4ge-Kq0vXo2bT9cUe5RzPw8"
        ),
        Flow("card", "card", "9a8b7c6d5e4f40312233445566778899", "c4rd-Yt7nLs1dHf6gJk3mQa0BvZx"),
        Flow(
            "either", "either", "0e1d2c3b4a59687766554433221100ff", "e1ther-Ui8oPl4kMj2nHb6gVf9Cd"
        ),
    )
    return {flow.name: flow for flow in made}


def refused(flow: Flow | None, call: Call, workflow: str) -> Answer | None:
    """How the trigger refuses a call. None: it takes it, with 202."""
    if call.method != "POST":
        return error(405, "MethodNotAllowed", "The trigger takes POST only.")
    if not call.query.get("api-version"):
        return error(
            400, "MissingApiVersionParameter", "The api-version query parameter is needed."
        )
    if "sig" not in call.query:
        message = "The request must be authenticated only by Shared Access scheme."
        return error(401, "DirectApiAuthorizationRequired", message)
    if flow is None:
        return error(404, "WorkflowNotFound", f"The workflow '{workflow}' could not be found.")
    given = tuple(call.query.get(name) for name in ("sp", "sv", "sig"))
    if given != (SP, SV, flow.sig):
        message = "The authentication credentials are not valid."
        return error(401, "AuthorizationFailed", message)
    if flow.state != "Enabled":
        message = (
            f"Could not execute workflow '{workflow}' trigger 'manual' with state"
            f" '{flow.state}': trigger is not enabled."
        )
        return error(400, "WorkflowTriggerIsNotEnabled", message)
    return None


def error(status: int, code: str, message: str) -> Answer:
    return json_answer(status, {"error": {"code": code, "message": message}})


@dataclass(frozen=True)
class Run:
    """What a flow does with a body that its trigger took. The caller never hears of it."""

    shape: str  # message, card, other
    cards: tuple[Any, ...] = ()
    problems: tuple[str, ...] = ()
    failure: str | None = None

    @property
    def posted(self) -> bool:
        return self.failure is None and not self.problems


def run(flow: Flow, document: object, size: int) -> Run:
    """The run's fate, in the order of its steps."""
    body = document if isinstance(document, dict) else {}
    attachments = body.get("attachments")
    shape = "message" if isinstance(attachments, list) else "other"
    if body.get("type") == "AdaptiveCard":
        shape = "card"
    if shape != "message" and flow.takes == "message":
        return Run(shape, failure=NO_ATTACHMENTS)
    cards: tuple[Any, ...] = (document,)
    if isinstance(attachments, list) and flow.takes != "card":
        cards = tuple(each.get("content") for each in attachments if isinstance(each, dict))
        wrong = _attachments(body, attachments)
        if wrong:
            return Run(shape, cards, tuple(wrong), wrong[0])
    problems = tuple(each for card in cards for each in problems_of(card))
    if size > LARGEST:
        return Run(
            shape, cards, problems, f"RequestEntityTooLarge: {size} bytes, {LARGEST} at most"
        )
    if problems:
        return Run(shape, cards, problems, f"InvalidBotAdaptiveCard: {problems[0]}")
    return Run(shape, cards)


def _attachments(body: dict[str, Any], attachments: list[Any]) -> list[str]:
    wrong = [] if attachments else ["attachments: there is none, so nothing is posted"]
    if body.get("type") != "message":
        wrong.append("type: it is not 'message'")
    for number, each in enumerate(attachments):
        if not isinstance(each, dict) or each.get("contentType") != CARD_TYPE:
            wrong.append(f"attachments[{number}].contentType: it is not {CARD_TYPE}")
    return wrong


NO_ATTACHMENTS = (
    "ExpressionEvaluationFailed: The execution of template action 'Send_each_adaptive_card' failed:"
    " the result of the evaluation of 'foreach' expression '@triggerOutputs()?['body']?"
    "['attachments']' is of type 'Null'. The result must be a valid array."
)
