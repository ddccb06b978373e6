"""A page for people with the mails of the local stack, each as HTML and as text.

A mail holds names that strangers chose, so its HTML gets a frame without scripts, and the page may
load nothing.
"""

from collections.abc import Sequence
from html import escape

from infra.local.mailbox import Mail

SHOWN = 100  # the newest ones
# The frames inherit it. Styles in the mail itself are wanted.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'"
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}"
    "article{border:1px solid #ccc;border-radius:8px;margin:1.5rem 0;padding:1rem}"
    "h2{font-size:1.1rem;margin:0}p{color:#555;margin:.2rem 0 .8rem}"
    "iframe{width:100%;height:30rem;border:1px solid #ddd;background:#fff}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f6f6f6;padding:.8rem}"
)


def page_of(mails: Sequence[Mail]) -> str:
    """`mails` are the newest first."""
    left_out = len(mails) - SHOWN
    more = f"<p>{left_out} older ones are not shown.</p>" if left_out > 0 else ""
    shown = "".join(_article(mail) for mail in mails[:SHOWN]) or "<p>No mail was sent yet.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mails</title>'
        f"<style>{STYLE}</style></head><body><h1>Mails ({len(mails)})</h1>{shown}{more}"
        "</body></html>"
    )


def _article(mail: Mail) -> str:
    at = f"{mail.sent_at:%Y-%m-%d %H:%M:%S} UTC"
    frame = f'<iframe sandbox title="The mail" srcdoc="{escape(mail.html)}"></iframe>'
    return (
        f"<article><h2>{escape(mail.subject)}</h2>"
        f"<p>{at}, from {escape(mail.sender)} to {escape(', '.join(mail.recipients))}</p>"
        f"{frame if mail.html else ''}"
        f"<details{'' if mail.html else ' open'}><summary>Text</summary>"
        f"<pre>{escape(mail.text)}</pre></details></article>"
    )
