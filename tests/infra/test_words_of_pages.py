"""Pages about what one sees: each code, log line, name and text that they quote is in the code."""

import re
from collections.abc import Iterator
from functools import cache

import pytest

from infra.stacks import REPOSITORY
from tests.infra.documents import Document, documents, files, parse
from tests.infra.mentions import is_path

PAGES = ("troubleshooting", "faq", "security", "training", "demo")
SOURCES = ("services/", "runtime/", "contracts/", "kernel/", "cli/", "infra/", "web/")
ENDINGS = (".py", ".js", ".yaml", ".toml", ".json", "Makefile")
# Held against the code by test_documents.
CALLS = re.compile(
    r"(\w+=\S+ )*(make|python -m|fileferry|aws|curl|GET|POST|PATCH|DELETE|pipx)\b.*|--[a-z].*"
)
# What is put together when it runs, or stands in a protocol: not a word of ours.
PLACEHOLDER = re.compile(r"\.\.\.|<[^>]*>")


@cache
def sources() -> str:
    chosen = (each for each in sorted(files()) if each.startswith(SOURCES) or "/" not in each)
    texts = [(REPOSITORY / each).read_text("utf-8") for each in chosen if each.endswith(ENDINGS)]
    return re.sub(r'"\s*\n\s*f?"', "", "\n".join(texts))  # a sentence over several lines


def unknown_words(document: Document) -> Iterator[str]:
    """What the page's own blocks of code make is known. A variable counts by its name alone."""
    made = "\n".join(block.text for block in document.blocks)
    for span in document.spans:
        if CALLS.fullmatch(span.text) or is_path(span.text):
            continue
        pieces = [each.strip() for each in PLACEHOLDER.split(span.text)]
        for piece in filter(None, pieces):
            known = piece in made or piece in sources()
            if not known and piece.lstrip("$") not in sources():
                yield f"{span.place}: nothing says {piece!r}"


@pytest.mark.parametrize("name", PAGES)
def test_what_a_page_quotes_is_said_somewhere(name: str) -> None:
    page = next(each for each in documents() if str(each.path) == f"docs/{name}.md")
    found = list(unknown_words(page))
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("text", ["`no_such_reason`", "`a log line that nobody writes`"])
def test_an_invented_word_is_found(text: str) -> None:
    assert len(list(unknown_words(parse("docs/faq.md", text)))) > 0


def test_a_quoted_word_is_no_finding() -> None:
    text = "`no_session_free` `poison message` `make up` `infra/stacks.py` `MaxWorkers`"
    assert list(unknown_words(parse("docs/faq.md", text))) == []
