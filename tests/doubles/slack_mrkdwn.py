"""Slack's mrkdwn, read as Slack reads it.

`<...>` is a control sequence: a mention, a link or a date. It counts everywhere, in code too. Only
`&amp;`, `&lt;` and `&gt;` are unescaped. Unless a text is `verbatim`, bare addresses become links,
and so do names of files that end like a domain (README.md).
"""

import re
from collections.abc import Callable

from tests.doubles.bare_links import with_bare_links
from tests.doubles.spans import Span

CONTROL = re.compile(r"<([^<>\n]+)>")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:\S", re.IGNORECASE)
HELD = re.compile(r"\0(\d+)\0")  # where a control sequence was
SPECIAL = {"channel": "channel", "here": "here", "everyone": "everyone"}


def _marked(mark: str) -> str:
    """Between two marks on one line that touch their words inside, and no word outside."""
    return rf"(?<![\w{mark}]){mark}(?=[^\s{mark}])([^{mark}\n]*[^\s{mark}]){mark}(?![\w{mark}])"


STYLES = (
    ("code", re.compile(r"```(.+?)```", re.DOTALL)),
    ("code", re.compile(r"`([^`\n]+)`")),
    ("bold", re.compile(_marked(r"\*"))),
    ("italic", re.compile(_marked("_"))),
    ("strike", re.compile(_marked("~"))),
    ("emoji", re.compile(r":([a-z0-9_+'-]{2,}):")),
)
QUOTE = re.compile(r"(?m)^(?:&gt;|>) ?(.*)$")  # escaped or not


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mrkdwn(text: str, verbatim: bool = False) -> tuple[Span, ...]:
    controls: list[Span] = []

    def hold(match: re.Match[str]) -> str:
        span = _control(match.group(1))
        if span is None:
            return match.group().replace("<", "&lt;").replace(">", "&gt;")
        controls.append(span)
        return f"\0{len(controls) - 1}\0"

    held = CONTROL.sub(hold, text.replace("\0", "\ufffd"))
    return _quoted(held, lambda plain: _plain(plain, controls, verbatim))


def plain_text(text: str, emoji: bool = True) -> tuple[Span, ...]:
    """A plain_text object: no markup but emoji, no mention, no link."""
    leaf: Callable[[str], tuple[Span, ...]] = lambda words: (Span("text", words),)  # noqa: E731
    return _styled(text, STYLES[-1:], leaf) if emoji else leaf(text)


def _control(content: str) -> Span | None:
    """None where Slack shows it as it is."""
    target, _, label = content.partition("|")
    shown = unescaped(label or target)
    if re.fullmatch(r"@[UW][A-Z0-9]+", target):
        return Span("mention", "@" + (shown.lstrip("@")), target=target[1:], how="user")
    if re.fullmatch(r"#C[A-Z0-9]+", target):
        return Span("mention", "#" + shown.lstrip("#"), target=target[1:], how="channel_link")
    if target.startswith("!subteam^"):
        return Span("mention", shown, target=target[9:], how="usergroup")
    if target.startswith("!date^"):
        return Span("text", shown)
    if target[:1] == "!" and target[1:] in SPECIAL:
        return Span("mention", "@" + target[1:], target=target[1:], how=SPECIAL[target[1:]])
    if ADDRESS.match(target):
        return Span("link", shown, target=unescaped(target), how="explicit")
    return None


def _quoted(text: str, leaf: Callable[[str], tuple[Span, ...]]) -> tuple[Span, ...]:
    spans: list[Span] = []
    last = 0
    for match in QUOTE.finditer(text):
        spans += _styled(text[last : match.start()], STYLES, leaf)
        spans.append(Span("quote", inner=_styled(match.group(1), STYLES, leaf)))
        last = match.end()
    return (*spans, *_styled(text[last:], STYLES, leaf))


def _styled(
    text: str,
    styles: tuple[tuple[str, re.Pattern[str]], ...],
    leaf: Callable[[str], tuple[Span, ...]],
) -> tuple[Span, ...]:
    """The styles one after the other, so that code is left alone by the others."""
    if not styles:
        return leaf(text) if text else ()
    (kind, pattern), *rest = styles
    inside = () if kind in ("code", "emoji") else tuple(rest)
    spans: list[Span] = []
    last = 0
    for match in pattern.finditer(text):
        spans += _styled(text[last : match.start()], tuple(rest), leaf)
        words = _styled(match.group(1), inside, leaf)
        name = Span(kind, match.group())
        spans.append(name if kind == "emoji" else Span(kind, inner=words))
        last = match.end()
    return (*spans, *_styled(text[last:], tuple(rest), leaf))


def _plain(text: str, controls: list[Span], verbatim: bool) -> tuple[Span, ...]:
    spans: list[Span] = []
    for number, part in enumerate(HELD.split(text)):
        if number % 2:
            spans.append(controls[int(part)])
            continue
        for row, line in enumerate(part.split("\n")):
            if row:
                spans.append(Span("break"))
            words = unescaped(line)
            spans += (Span("text", words),) if verbatim else with_bare_links(words)
    return tuple(span for span in spans if span.text or span.kind == "break")
