"""A message as Slack would show it, simply: HTML for the page, and what a test asks for."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from tests.doubles.findings import Findings
from tests.doubles.slack_mrkdwn import mrkdwn, plain_text
from tests.doubles.spans import Span, as_html

Thing = Mapping[str, Any]
COLOR = re.compile(r"#[0-9a-fA-F]{6}")
STYLE = """
.slack { border-left: 3px solid #4a154b; max-width: 44rem; }
.slack .block { margin: .35rem 0; overflow-wrap: anywhere; white-space: pre-line; }
.slack h3 { font-size: 1.15em; margin: 0; }
.slack blockquote { margin: 0; padding-left: .6rem; border-left: 3px solid var(--line); }
.slack .fields { display: grid; grid-template-columns: 1fr 1fr; gap: .3rem 1rem; }
.slack .context { color: var(--soft); font-size: .87em; display: flex; flex-wrap: wrap;
  gap: .5rem; }
.slack hr { border: 0; border-top: 1px solid var(--line); }
.slack code { background: var(--back); border: 1px solid var(--line); border-radius: .25rem;
  padding: 0 .25rem; }
.slack .button { border: 1px solid var(--line); border-radius: .3rem; padding: .2rem .7rem;
  font-weight: 600; display: inline-block; margin: .1rem .4rem .1rem 0; }
.slack .attachment { border-left: 4px solid var(--line); padding-left: .8rem; margin: .4rem 0; }
"""


class MessageView:
    """Of a message whose blocks have no problems (slack_blocks.py). Its `text` is shown in
    notifications where there are blocks, so mentions in it count too."""

    def __init__(self, message: Thing) -> None:
        self.findings = Findings()
        blocks = message.get("blocks") or ()
        text = message.get("text") or ""
        spans = mrkdwn(text) if message.get("mrkdwn", True) else plain_text(text)
        html = ""
        if text:
            self.findings.read("text", spans)
            shown = as_html(spans)
            html = f'<p class="soft">Notification: {shown}</p>' if blocks else shown
        html += self._blocks(blocks, "")
        for number, each in enumerate(message.get("attachments") or ()):
            html += self._attachment(each, f"attachments[{number}].")
        self.html = f'<div class="slack card">{html}</div>'

    def _attachment(self, attachment: Thing, where: str) -> str:
        shown = ""
        for name in ("pretext", "title", "text"):
            if attachment.get(name):
                spans = mrkdwn(str(attachment[name]))
                self.findings.read(where + name, spans)
                shown += f'<div class="block">{as_html(spans)}</div>'
        if attachment.get("title_link"):
            url = str(attachment["title_link"])
            self.findings.link(f"{where}title_link", "action", url, str(attachment.get("title")))
        color = str(attachment.get("color", ""))
        shown += self._blocks(attachment.get("blocks") or (), where)
        style = f' style="border-color: {color}"' if COLOR.fullmatch(color) else ""
        return f'<div class="attachment"{style}>{shown}</div>'

    def _blocks(self, blocks: Any, where: str) -> str:  # noqa: ANN401
        return "".join(
            f'<div class="block">{self._block(each, f"{where}blocks[{number}]")}</div>'
            for number, each in enumerate(blocks)
        )

    def _block(self, block: Thing, where: str) -> str:
        kind = block["type"]
        if kind == "divider":
            return "<hr>"
        if kind == "header":
            return f"<h3>{self._text(block['text'], f'{where}.text')}</h3>"
        if kind == "image":
            return self._image(block, where)
        if kind == "section":
            return self._section(block, where)
        elements = "".join(
            f"<span>{self._element(each, f'{where}.elements[{number}]')}</span>"
            for number, each in enumerate(block["elements"])
        )
        return f'<div class="{escape(kind)}">{elements}</div>'

    def _section(self, block: Thing, where: str) -> str:
        shown = self._text(block["text"], f"{where}.text") if "text" in block else ""
        fields = "".join(
            f"<div>{self._text(each, f'{where}.fields[{number}]')}</div>"
            for number, each in enumerate(block.get("fields", ()))
        )
        shown += f'<div class="fields">{fields}</div>' if fields else ""
        if "accessory" in block:
            shown += f"<div>{self._element(block['accessory'], f'{where}.accessory')}</div>"
        return shown

    def _element(self, element: Thing, where: str) -> str:
        if element["type"] == "image":
            return self._image(element, where)
        if element["type"] != "button":
            return self._text(element, where)
        words = self._text(element["text"], f"{where}.text")
        url = element.get("url", "")
        if url:
            self.findings.link(f"{where}.url", "action", url, element["text"]["text"])
        return f'<span class="button" title="{escape(url)}">{words}</span>'

    def _image(self, image: Thing, where: str) -> str:
        self.findings.link(f"{where}.image_url", "image", image["image_url"], image["alt_text"])
        return f'<span class="soft">[{escape(image["alt_text"] or "image")}]</span>'

    def _text(self, text: Thing, where: str) -> str:
        spans: tuple[Span, ...]
        if text["type"] == "mrkdwn":
            spans = mrkdwn(text["text"], bool(text.get("verbatim")))
        else:
            spans = plain_text(text["text"], bool(text.get("emoji", True)))
        self.findings.read(where, spans)
        return as_html(spans)
