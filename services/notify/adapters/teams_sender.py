"""Sends cards to flows in Teams (Workflows webhooks)."""

import re
from collections.abc import Mapping

from runtime.guarded_http import GuardedHttp, HttpAnswer
from services.notify.adapters import answers, teams_card
from services.notify.adapters.answers import Call, Now
from services.notify.domain.errors import ChannelDead, SendError
from services.notify.domain.message import Message, Sent, Target
from services.notify.domain.showing import view_of

HEADERS = {"Content-Type": "application/json; charset=utf-8"}
OK = range(200, 300)
# Flows and old connectors answer 200 with such a text, and with the status that they got.
FAILED = re.compile(r"failed with error", re.IGNORECASE)
INNER_STATUS = re.compile(r"HTTP error (?:code:? )?([1-9][0-9]{2})")
UNTOLD = 400  # an error in a 2xx that names no status

REFUSED = (
    "The address may be old, or the flow was deleted. Open Workflows in Teams, copy the address of"
    " the webhook again, and save it."
)
# Power Automate answers these with 400, and any later message would be answered so, too.
CODES = {
    "WorkflowTriggerIsNotEnabled": "The flow is switched off. Switch it on in Power Automate.",
    "TriggerInputSchemaMismatch": (
        "The flow wants another body. Try the other card_shape: message or card."
    ),
}


class TeamsSender:
    def __init__(self, http: GuardedHttp, now: Now) -> None:
        self._http, self._now = http, now

    def send(self, target: Target, message: Message, earlier: str | None = None) -> Sent:
        """Messages there are never changed, so `earlier` does not count."""
        url = answers.address_of(target.secrets)
        body = teams_card.body_of(view_of(message, target.channel_name), target.card_shape)
        answer = answers.posted(self._http, Call(url, HEADERS, body))
        told = answers.said(answer, target.secrets)
        status = _status(answer)
        if status in OK:
            return Sent(http_status=answer.status, said=told)
        raise self._failure(answers.host_in(url), answer, status, told)

    def _failure(self, host: str, answer: HttpAnswer, status: int, told: str) -> SendError:
        advice = CODES.get(_code(answer))
        if advice:
            return ChannelDead(host, answer.status, told, advice)
        real = HttpAnswer(status, answer.headers, answer.body)
        return answers.failure(host, real, told, REFUSED, self._now)


def _status(answer: HttpAnswer) -> int:
    """The status, or the one that stands in the body of a 2xx."""
    text = answer.body.decode("utf-8", "replace")
    if answer.status not in OK or not (FAILED.search(text) or answers.json_in(answer).get("error")):
        return answer.status
    inner = INNER_STATUS.search(text)
    return int(inner.group(1)) if inner and int(inner.group(1)) not in OK else UNTOLD


def _code(answer: HttpAnswer) -> str:
    error = answers.json_in(answer).get("error")
    return str(error.get("code")) if isinstance(error, Mapping) else ""
