"""The mails that functions of the local stack have sent by SES. The emulator keeps them."""

import json
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Mail:
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str
    sent_at: datetime


def sent_mails(endpoint: str) -> Sequence[Mail]:
    """Those of the emulator at `endpoint`, the newest first."""
    url = f"{endpoint}/_ministack/ses/messages"
    with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - http on loopback
        accounts = json.load(answer)["messages"]
    mails = [
        Mail(
            sender=each["Source"],
            recipients=(*each["To"], *each["CC"], *each["BCC"]),
            subject=each["Subject"],
            text=each["BodyText"] or "",
            html=each["BodyHtml"] or "",
            sent_at=datetime.fromtimestamp(each["Timestamp"], UTC),
        )
        for messages in accounts.values()
        for each in messages
    ]
    return sorted(mails, key=lambda mail: mail.sent_at, reverse=True)
