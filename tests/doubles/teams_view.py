"""A card as Teams would show it, simply: HTML for the page, and what a test asks for."""

from collections.abc import Mapping
from html import escape
from typing import Any

from tests.doubles.findings import Findings
from tests.doubles.spans import Span, as_html
from tests.doubles.teams_markdown import markdown

Thing = Mapping[str, Any]
STYLE = """
.ac { border-left: 3px solid #6264a7; max-width: 40rem; }
.ac p { margin: 0; } .ac h3 { font-size: 1em; margin: 0; } .ac ul { margin: 0; }
.ac .block { margin: .25rem 0; overflow-wrap: anywhere; }
.ac .separator { border-top: 1px solid var(--line); padding-top: .35rem; }
.ac .large, .ac .extralarge { font-size: 1.25em; line-height: 1.3; }
.ac .small { font-size: .85em; } .ac .medium { font-size: 1.1em; }
.ac .bolder { font-weight: 600; } .ac .lighter { font-weight: 300; }
.ac .subtle { color: var(--soft); } .ac .monospace { font-family: ui-monospace, monospace; }
.ac .c-good { color: var(--good); } .ac .c-attention { color: var(--bad); }
.ac .c-warning { color: light-dark(#8a5a00, #f0c05a); } .ac .c-accent { color: var(--busy); }
.ac .box { padding: .5rem .7rem; border-radius: .4rem; background: var(--back); }
.ac .box.good { border-left: 4px solid var(--good); color: inherit; }
.ac .box.attention { border-left: 4px solid var(--bad); }
.ac .box.warning { border-left: 4px solid light-dark(#8a5a00, #f0c05a); }
.ac .box.accent { border-left: 4px solid var(--busy); }
.ac .columns { display: flex; gap: .8rem; align-items: flex-start; }
.ac .stretch { flex: 1; min-width: 0; }
.ac .actions { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .6rem; }
.ac .button { border: 1px solid var(--line); border-radius: .3rem; padding: .25rem .8rem;
  font-weight: 600; }
.ac .hidden { opacity: .45; }
"""


class CardView:
    """Of a card without problems (teams_cards.py)."""

    def __init__(self, card: Thing) -> None:
        self.findings = Findings()
        teams = card.get("msteams") or {}
        self._mentioned = {
            str(each["text"]): each.get("mentioned", {})
            for each in teams.get("entities", ())
            if each.get("type") == "mention"
        }
        self.html = self._card(card, "")

    def _card(self, card: Thing, where: str) -> str:
        body = self._elements(card.get("body", ()), f"{where}body")
        self._tap(card, where)
        return f'<div class="ac card">{body}{self._actions(card, where)}</div>'

    def _elements(self, elements: Any, where: str) -> str:  # noqa: ANN401
        return "".join(self._element(each, f"{where}[{n}]") for n, each in enumerate(elements))

    def _element(self, element: Thing, where: str) -> str:
        shown = self._inside(element, where)
        self._tap(element, f"{where}.")
        classes = "block" + " separator" * bool(element.get("separator"))
        hidden = " hidden" if element.get("isVisible") is False else ""
        return f'<div class="{classes}{hidden}">{shown}</div>'

    def _inside(self, element: Thing, where: str) -> str:
        kind = element.get("type", "Column")
        if kind == "TextBlock":
            return self._styled(element, self._markdown(element["text"], f"{where}.text"))
        if kind == "RichTextBlock":
            runs = enumerate(element["inlines"])
            return "".join(self._run(each, f"{where}.inlines[{n}]") for n, each in runs)
        if kind == "FactSet":
            return self._facts(element, where)
        if kind == "Image":
            return self._image(element, where)
        if kind == "ImageSet":
            return self._elements(
                [{**each, "type": "Image"} for each in element["images"]], f"{where}.images"
            )
        if kind == "ActionSet":
            return self._actions(element, f"{where}.")
        if kind == "ColumnSet":
            return f'<div class="columns">{self._columns(element, where)}</div>'
        style = str(element.get("style", "")).lower()
        box = f' class="box {escape(style)}"' if style not in ("", "default") else ""
        return f"<div{box}>{self._elements(element.get('items', ()), f'{where}.items')}</div>"

    def _columns(self, element: Thing, where: str) -> str:
        shown = ""
        for number, column in enumerate(element.get("columns", ())):
            stretch = "" if column.get("width") == "auto" else ' class="stretch"'
            inside = self._element(column, f"{where}.columns[{number}]")
            shown += f"<div{stretch}>{inside}</div>"
        return shown

    def _facts(self, element: Thing, where: str) -> str:
        shown = ""
        for number, fact in enumerate(element["facts"]):
            place = f"{where}.facts[{number}]"
            title = self._markdown(fact["title"], f"{place}.title")
            shown += f"<dt>{title}</dt><dd>{self._markdown(fact['value'], f'{place}.value')}</dd>"
        return f"<dl>{shown}</dl>"

    def _markdown(self, text: str, where: str) -> str:
        spans = tuple(self._with_mentions(span) for span in markdown(text))
        self.findings.read(where, spans)
        return as_html(spans)

    def _with_mentions(self, span: Span) -> Span:
        inner = tuple(self._with_mentions(each) for each in span.inner)
        for words, who in self._mentioned.items():
            if span.kind == "text" and words in span.text:
                before, _, after = span.text.partition(words)
                name = "@" + words.removeprefix("<at>").removesuffix("</at>")
                mention = Span("mention", name, target=str(who.get("id", "")), how="user")
                rest = self._with_mentions(Span("text", after))
                return Span("text", inner=(Span("text", before), mention, rest))
        return Span(span.kind, span.text, inner, span.target, span.how)

    def _run(self, run: str | Thing, where: str) -> str:
        run = {"text": run} if isinstance(run, str) else run
        spans = (Span("text", run["text"]),)  # no Markdown in a TextRun
        self.findings.read(where, spans)
        self._tap(run, f"{where}.")
        return self._styled(run, as_html(spans), "span")

    def _styled(self, element: Thing, shown: str, tag: str = "div") -> str:
        names = [str(element.get(each, "")).lower() for each in ("size", "weight", "fontType")]
        names += [f"c-{str(element.get('color', '')).lower()}"]
        names += ["subtle"] * bool(element.get("isSubtle"))
        return f'<{tag} class="{escape(" ".join(names))}">{shown}</{tag}>'

    def _image(self, element: Thing, where: str) -> str:
        alt = str(element.get("altText", ""))
        self.findings.link(f"{where}.url", "image", element["url"], alt)
        return (
            f'<span class="soft" title="{escape(element["url"])}">[{escape(alt or "image")}]</span>'
        )

    def _actions(self, owner: Thing, where: str) -> str:
        actions = [
            self._action(each, f"{where}actions[{n}]")
            for n, each in enumerate(owner.get("actions", ()))
        ]
        return f'<div class="actions">{"".join(actions)}</div>' if actions else ""

    def _action(self, action: Thing, where: str) -> str:
        title = str(action.get("title", ""))
        self.findings.read(f"{where}.title", (Span("text", title),))
        if "iconUrl" in action:
            self.findings.link(f"{where}.iconUrl", "image", action["iconUrl"], title)
        if action["type"] == "Action.ShowCard":
            card = self._card(action["card"], f"{where}.card.")
            return f"<details><summary>{escape(title)}</summary>{card}</details>"
        if action["type"] == "Action.OpenUrl":
            self.findings.link(where, "action", action["url"], title)
        return (
            f'<span class="button" title="{escape(action.get("url", ""))}">{escape(title)}</span>'
        )

    def _tap(self, owner: Thing, where: str) -> None:
        """What a click anywhere on it does."""
        action = owner.get("selectAction")
        if action and "url" in action:
            words = str(action.get("title", ""))
            self.findings.link(f"{where}selectAction", "action", action["url"], words)
