"""The Markdown of a card's texts, read as CommonMark without HTML.

Teams shows bold, italic, lists and links. Headings, code and quotes are read too: another client
may show them, so a hostile name must not make them either.
"""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from tests.doubles.bare_links import with_bare_links
from tests.doubles.spans import Span

READER = MarkdownIt("commonmark", {"html": False})
KINDS = {
    "strong": "bold",
    "em": "italic",
    "heading": "heading",
    "blockquote": "quote",
    "bullet_list": "list",
    "ordered_list": "list",
    "list_item": "item",
    "paragraph": "paragraph",
}
CODE = ("code_inline", "code_block", "fence")


def markdown(text: str) -> tuple[Span, ...]:
    return _spans(SyntaxTreeNode(READER.parse(text)).children)


def _spans(nodes: Sequence[SyntaxTreeNode]) -> tuple[Span, ...]:
    spans: list[Span] = []
    words = ""
    for node in nodes:
        # An escaped character is a node of its own, and what looks like a link may go across.
        if node.type == "text":
            words += node.content
            continue
        spans += with_bare_links(words)
        words = ""
        spans += _span(node)
    return (*spans, *with_bare_links(words))


def _span(node: SyntaxTreeNode) -> tuple[Span, ...]:
    if node.type in KINDS:
        return (Span(KINDS[node.type], inner=_spans(node.children)),)
    if node.type == "inline":
        return _spans(node.children)
    if node.type in ("softbreak", "hardbreak"):
        return (Span("break"),)
    if node.type in CODE:
        return (Span("code", node.content),)
    if node.type == "hr":
        return (Span("heading", "---"),)
    target = str(node.attrs.get("href") or node.attrs.get("src") or "")
    if node.type in ("link", "image"):
        inner = (Span("text", _words(node) or target),)
        return (Span(node.type, inner=inner, target=target, how="explicit"),)
    return (Span("text", node.content),)


def _words(node: SyntaxTreeNode) -> str:
    """Of a link or image: nothing in it becomes a link of its own."""
    return "".join(map(_words, node.children)) if node.children else node.content
