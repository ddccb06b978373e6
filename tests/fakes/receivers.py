"""What takes messages in: flows in Teams, Slack, webhooks and SES, behind the real senders.

A message has arrived when its receiver committed it, whatever the caller was answered.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from runtime.address_guard import AddressGuard
from runtime.guarded_http import AnswerLost, GuardedHttp, HttpAnswer, NotSent
from services.notify.adapters.senders import Senders
from services.notify.adapters.ses_sender import SesSender
from services.notify.adapters.slack_sender import SlackSender
from services.notify.adapters.teams_sender import TeamsSender
from services.notify.adapters.webhook_sender import WebhookSender
from services.notify.domain.channel import Kind
from services.notify.domain.message import Message, Sent, Target

SLACK_API = "https://slack.com/api"
TOO_MANY, SERVER_ERROR = 429, 500


@dataclass(frozen=True)
class Fault:
    """`arrives`: the receiver commits the message all the same. `answer` None: no answer comes."""

    name: str
    arrives: bool = False
    answer: HttpAnswer | None = None
    connects: bool = True
    times: int = 1


def answers(name: str, status: int, body: bytes = b"", **headers: str) -> Fault:
    named = {each.replace("_", "-"): value for each, value in headers.items()}
    return Fault(name, answer=HttpAnswer(status, named, body))


@dataclass
class Arrival:
    """`reference` is the place of the message. One that was changed has the newest content."""

    target: Target
    message: Message
    reference: str | None = None
    changes: int = 0


@dataclass
class Receivers(GuardedHttp):
    """As the HTTP that senders use, as the client of SES, and as the port Sender."""

    now: Callable[[], datetime]
    arrived: list[Arrival] = field(default_factory=list)
    committed: list[str] = field(default_factory=list)  # ids of messages, each time one arrived
    faults: list[Fault] = field(default_factory=list)
    tries: int = 0
    during: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        super().__init__(AddressGuard())
        self._sending: tuple[Target, Message] | None = None
        self.sender = Senders(
            {
                Kind.TEAMS: lambda: TeamsSender(self, self.now),
                Kind.SLACK: lambda: SlackSender(self, self.now, SLACK_API),
                Kind.EMAIL: lambda: SesSender(self, "ferry@example.com"),
                Kind.WEBHOOK: lambda: WebhookSender(self, self.now),
            }
        )

    # --- the port --------------------------------------------------------------------------------

    def deliver(self, target: Target, message: Message, earlier: str | None = None) -> Sent:
        self._sending = target, message
        self.tries += 1
        self.during()
        return self.sender.send(target, message, earlier)

    # --- HTTP ------------------------------------------------------------------------------------

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        seconds: float = 0,
    ) -> HttpAnswer:
        fault = self._fault()
        if fault is not None and not fault.connects:
            raise NotSent("receiver", "no connection")
        place = json.loads(body or b"{}").get("ts") if url.endswith("chat.update") else None
        reference = self._commit(fault, place)
        if fault is not None and fault.answer is None:
            raise AnswerLost("receiver", fault.name)
        if fault is not None and fault.answer is not None:
            return fault.answer
        if "slack.com/api" in url:
            told = {"ok": True, "channel": "C1", "ts": reference}
            return HttpAnswer(200, {}, json.dumps(told).encode())
        return HttpAnswer(200, {}, b"ok")

    # --- SES -------------------------------------------------------------------------------------

    def send_email(self, **request: Any) -> Mapping[str, Any]:  # noqa: ANN401 - as the client
        fault = self._fault()
        if fault is not None and not fault.connects:
            raise EndpointConnectionError(endpoint_url="https://email.example")
        self._commit(fault, None)
        if fault is not None and fault.answer is None:
            raise ReadTimeoutError(endpoint_url="https://email.example")
        if fault is not None and fault.answer is not None and not fault.arrives:
            raise ClientError(*_ses_error(fault.answer.status))
        return {"ResponseMetadata": {"HTTPStatusCode": 200}}

    def _fault(self) -> Fault | None:
        return self.faults.pop(0) if self.faults else None

    def _commit(self, fault: Fault | None, place: str | None) -> str | None:
        if self._sending is None or (fault is not None and not fault.arrives):
            return None
        target, message = self._sending
        self.committed.append(message.id)
        for arrival in self.arrived:
            if place is not None and arrival.reference == place:
                arrival.message, arrival.changes = message, arrival.changes + 1
                return place
        reference = str(len(self.arrived) + 1)
        self.arrived.append(Arrival(target, message, reference))
        return reference


def _ses_error(status: int) -> tuple[Any, str]:
    codes = {401: "AccessDeniedException", 403: "AccessDeniedException", 404: "NotFoundException"}
    codes |= {TOO_MANY: "TooManyRequestsException", SERVER_ERROR: "InternalFailure"}
    code = codes.get(status, "BadRequestException")
    error = {"Code": code, "Message": "no"}
    return {"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendEmail"
