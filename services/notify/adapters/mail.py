"""Writes a message as a mail with a text and an HTML part."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from services.notify.adapters.mail_html import html_of
from services.notify.domain.view import View

SENDER_NAME = "FileFerry"
MARKS = {"good": "[ok]", "bad": "[failed]", "warning": "[!]", "plain": "[i]"}
SCHEME = re.compile(r"://")
WWW = re.compile(r"\bwww\.", re.IGNORECASE)


@dataclass(frozen=True)
class Envelope:
    sender: str
    recipients: tuple[str, ...]
    message_id: str


def mail_of(view: View, envelope: Envelope) -> bytes:
    """No header can be added by a name: names are one line, and the policy refuses others."""
    mail = EmailMessage(SMTP)
    mail["From"] = Address(SENDER_NAME, addr_spec=envelope.sender)
    mail["To"] = ", ".join(envelope.recipients)
    mail["Subject"] = view.subject
    mail["List-Id"] = f"{SENDER_NAME} <fileferry.{envelope.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    mail["X-FileFerry-Message"] = envelope.message_id
    mail.set_content("\n".join(_lines(view)) + "\n", cte="base64")
    mail.add_alternative(html_of(view), subtype="html", cte="base64")
    return mail.as_bytes()


def _lines(view: View) -> Iterator[str]:
    """Each name stands in a line that begins with a word of ours, so none looks like our text."""
    yield f"{MARKS[view.tone]} {_quiet(view.headline)}"
    if view.name:
        yield f"File: {_quiet(view.name)}"
    if view.sentences:
        yield ""
    yield from (f"* {_quiet(text)}" for text in view.sentences)
    if view.entries:
        yield ""
    yield from (f"{each.label}: {_quiet(each.value)}" for each in view.entries)
    if view.rows:
        yield ""
    for row in view.rows:
        yield f"{MARKS[row.tone]} {_quiet(row.name)}: {_quiet(row.detail)}"
    if view.more:
        yield view.more
    if view.links:
        yield ""
    yield from (f"{link.text}: {link.url}" for link in view.links)
    yield ""
    yield f"-- {_quiet(view.footer)}"


def _quiet(text: str) -> str:
    """Plain text has no markup that stops programs from making links. So addresses in names are
    written as people warn of them."""
    return WWW.sub("www[.]", SCHEME.sub("[:]//", text)).replace("@", "(at)")
