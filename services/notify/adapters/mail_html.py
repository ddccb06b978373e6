"""Draws a message as HTML for mail programs: inline styles, nothing from outside, one column.

Colours are inline for programs that know nothing else. Those that know prefers-color-scheme get
darker ones.
"""

from collections.abc import Iterable, Iterator
from html import escape

from services.notify.domain.view import Entry, Link, Row, Tone, View

COLORS = {Tone.GOOD: "#1a7f37", Tone.BAD: "#cf222e", Tone.WARNING: "#9a6700", Tone.PLAIN: "#0969da"}
SYMBOLS = {Tone.GOOD: "&#10003;", Tone.BAD: "&#10007;", Tone.WARNING: "!", Tone.PLAIN: "&#8594;"}
BUTTON = "#0a66c2"
FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
BREAKS = "overflow-wrap:anywhere;word-break:break-word"
LINKED = ".:@/"  # what programs look for when they make links of words

HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<style>
:root{color-scheme:light dark}
@media (prefers-color-scheme:dark){
.page{background:#0d1117!important}
.card{background:#161b22!important;border-color:#30363d!important}
.text{color:#e6edf3!important}.soft{color:#9da7b3!important}.rule{border-color:#30363d!important}
.good{color:#3fb950!important}.bad{color:#ff7b72!important}
.warning{color:#d29922!important}.plain{color:#58a6ff!important}
}
</style></head>
"""


def html_of(view: View) -> str:
    """`escape` and `_quiet` see every text that is put in."""
    rows = "".join([*_head(view), *_sentences(view), *_entries(view.entries), *_rows(view)])
    links = "".join(_link(link) for link in view.links)
    buttons = f'<div style="padding:16px 20px 4px">{links}</div>' if links else ""
    return (
        f'{HEAD}<body class="page" style="margin:0;padding:16px 8px;background:#f6f8fa">'
        f'<div class="card" style="max-width:600px;margin:0 auto;background:#ffffff;'
        f"border:1px solid #d0d7de;border-radius:6px;overflow:hidden;"
        f'{FONT};font-size:15px;line-height:1.45">'
        f'<div style="height:4px;background:{COLORS[view.tone]}"></div>{rows}{buttons}'
        f'<div class="soft rule" style="margin-top:16px;padding:12px 20px;color:#57606a;'
        f'border-top:1px solid #d8dee4;font-size:12px;{BREAKS}">{_quiet(view.footer)}</div>'
        "</div></body></html>\n"
    )


def _head(view: View) -> Iterator[str]:
    yield (
        f'<div style="padding:18px 20px 0;font-size:19px;font-weight:600;{BREAKS}">'
        f'<span class="{view.tone}" style="color:{COLORS[view.tone]}">{SYMBOLS[view.tone]}</span> '
        f'<span class="text" style="color:#1f2328">{_quiet(view.headline)}</span></div>'
    )
    if view.name:
        yield _paragraph(view.name, "padding-top:4px;font-size:16px")


def _sentences(view: View) -> Iterator[str]:
    for text in view.sentences:
        yield _paragraph(text, "padding-top:12px")


def _entries(entries: Iterable[Entry]) -> Iterator[str]:
    lines = [
        '<tr><td class="soft" style="padding:3px 16px 3px 0;color:#57606a;vertical-align:top;'
        f'white-space:nowrap">{escape(each.label)}</td><td class="text" style="padding:3px 0;'
        f'color:#1f2328;{BREAKS}">{_quiet(each.value)}</td></tr>'
        for each in entries
    ]
    if lines:
        yield (
            '<table role="presentation" cellpadding="0" cellspacing="0" style="margin:12px 20px 0;'
            f'border-collapse:collapse;font-size:14px">{"".join(lines)}</table>'
        )


def _rows(view: View) -> Iterator[str]:
    for row in view.rows:
        yield _row(row)
    if view.more:
        yield _paragraph(view.more, "padding-top:8px;font-size:14px", "soft")


def _row(row: Row) -> str:
    return (
        f'<div class="rule" style="margin:8px 20px 0;padding-top:8px;border-top:1px solid #d8dee4;'
        f'font-size:14px;{BREAKS}"><span class="{row.tone}" style="color:{COLORS[row.tone]};'
        f'font-weight:600">{SYMBOLS[row.tone]}</span> <span class="text" style="color:#1f2328;'
        f'font-weight:600">{_quiet(row.name)}</span><br><span class="soft" style="color:#57606a">'
        f"{_quiet(row.detail)}</span></div>"
    )


def _paragraph(text: str, style: str, kind: str = "text") -> str:
    color = "#1f2328" if kind == "text" else "#57606a"
    return (
        f'<div class="{kind}" style="padding:0 20px;color:{color};{BREAKS};{style}">'
        f"{_quiet(text)}</div>"
    )


def _link(link: Link) -> str:
    return (
        f'<a href="{escape(link.url)}" style="display:inline-block;margin:0 8px 8px 0;'
        f"padding:8px 14px;border-radius:6px;background:{BUTTON};color:#ffffff;"
        f'text-decoration:none;font-size:14px;font-weight:600">{escape(link.text)}</a>'
    )


def _quiet(text: str) -> str:
    """Escaped, and with each dot in an element of its own: most programs then see no address in
    evil.com, and whoever copies it gets what was shown."""
    return "".join(f"<span>{each}</span>" if each in LINKED else escape(each) for each in text)
