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
    ":root{color-scheme:light dark}"
    "body{font:15px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}"
    "article{border:1px solid light-dark(#ccc,#3d444d);border-radius:8px}"
    "article{margin:1.5rem 0;padding:1rem}"
    "h2{font-size:1.1rem;margin:0}p{color:light-dark(#555,#9da7b3);margin:.2rem 0 .8rem}"
    # a frame without scripts cannot say how high its mail is
    "iframe{width:100%;height:36rem;resize:vertical;border:1px solid light-dark(#ddd,#3d444d)}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;padding:.8rem}"
    "pre{background:light-dark(#f6f6f6,#1c2129)}"
)


def page_of(mails: Sequence[Mail]) -> str:
    """`mails` are the newest first."""
    left_out = len(mails) - SHOWN
    more = f"<p>{left_out} older ones are not shown.</p>" if left_out > 0 else ""
    shown = "".join(_article(mail) for mail in mails[:SHOWN]) or "<p>No mail was sent yet.</p>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mails</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
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
