"""What the stack wrote to whom it writes to: tickets, cards, messages, mails and webhooks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from infra.local.doubles import MAILS, SERVICENOW, SLACK, TEAMS, WEBHOOKS
from infra.local.mailbox import Mail, sent_mails
from infra.local.receivers import Receivers
from infra.local.stack import LocalStack
from tests.doubles.http_program import Program

KINDS = ("user", "audit")


@dataclass(frozen=True)
class Desk:
    """Many polls ask it, so its connections stay open."""

    stack: LocalStack
    receivers: Receivers
    http: httpx.Client

    def double(self, name: str) -> Program:
        return Program(self.receivers.pages[name])

    def tickets(self, transfer_id: str) -> Mapping[str, Sequence[Any]]:
        """What ServiceNow has, by kind. There should be one of each."""
        return {kind: self._records(f"ff:{transfer_id}:{kind}") for kind in KINDS}

    def _records(self, correlation_id: str) -> Sequence[Any]:
        return self._listed(SERVICENOW, "records", correlation_id=correlation_id)

    def _listed(self, name: str, what: str, **query: str) -> Sequence[Any]:
        url = f"{self.receivers.pages[name]}/_double/{what}"
        found: Sequence[Any] = self.http.get(url, params=query).raise_for_status().json()[what]
        return found

    def told_of(self, label: str, name: str) -> Sequence[Any]:
        """The messages that a double took about the transfer with this label. Webhooks of other
        channels are signed with a secret that it does not know."""
        return _about(label, self._listed(name, "messages"))

    def mails_of(self, label: str) -> Sequence[Mail]:
        return [mail for mail in sent_mails(self.stack.endpoint) if label in mail.text]

    def messages(self, labels: Sequence[str]) -> Sequence[Mapping[str, int]]:
        """How many told of each transfer. There should be one of each."""
        took = {name: self._listed(name, "messages") for name in (TEAMS, SLACK, WEBHOOKS)}
        mails = sent_mails(self.stack.endpoint)
        return [
            {name: len(_about(label, messages)) for name, messages in took.items()}
            | {MAILS: sum(label in mail.text for mail in mails)}
            for label in labels
        ]

    def bodies(self) -> str:
        """Everything that anybody was sent, without the headers that show who sends it."""
        sent = [
            each["body"]
            for name in (SERVICENOW, TEAMS, SLACK, WEBHOOKS)
            for each in self.double(name).requests()
        ]
        mails = [
            f"{each.subject}\n{each.text}\n{each.html}" for each in sent_mails(self.stack.endpoint)
        ]
        return "\n".join([*sent, *mails])


def _about(label: str, messages: Sequence[Any]) -> Sequence[Any]:
    return [each for each in messages if label in each["text"] and each.get("verified", True)]
