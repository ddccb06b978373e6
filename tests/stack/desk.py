"""What the stack wrote to whom it writes to: tickets, cards, messages, mails and webhooks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.doubles import MAILS, SERVICENOW, SLACK, TEAMS, WEBHOOKS
from infra.local.mailbox import Mail, sent_mails
from infra.local.receivers import Receivers
from infra.local.stack import LocalStack
from tests.doubles.http_program import Program

KINDS = ("user", "audit")


@dataclass(frozen=True)
class Desk:
    stack: LocalStack
    receivers: Receivers

    def double(self, name: str) -> Program:
        return Program(self.receivers.pages[name])

    def tickets(self, transfer_id: str) -> Mapping[str, Sequence[Any]]:
        """What ServiceNow has, by kind. There should be one of each."""
        return {kind: self._records(f"ff:{transfer_id}:{kind}") for kind in KINDS}

    def _records(self, correlation_id: str) -> Sequence[Any]:
        asked = f"records?correlation_id={correlation_id}"
        records: Sequence[Any] = self.double(SERVICENOW).control("GET", asked)["records"]
        return records

    def told_of(self, label: str, name: str) -> Sequence[Any]:
        """The messages that a double took about the transfer with this label. Webhooks of other
        channels are signed with a secret that it does not know."""
        messages = self.double(name).control("GET", "messages")["messages"]
        return [each for each in messages if label in each["text"] and each.get("verified", True)]

    def mails_of(self, label: str) -> Sequence[Mail]:
        return [mail for mail in sent_mails(self.stack.endpoint) if label in mail.text]

    def messages(self, label: str) -> dict[str, int]:
        """How many told of the transfer. There should be one of each."""
        counts = {name: len(self.told_of(label, name)) for name in (TEAMS, SLACK, WEBHOOKS)}
        return counts | {MAILS: len(self.mails_of(label))}

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
