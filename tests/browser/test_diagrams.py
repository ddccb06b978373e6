"""Every diagram in the documents is drawn."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.browser.mermaid import draw, drawing
from tests.infra.documents import Block, documents

DIAGRAMS = [
    block for document in documents() for block in document.blocks if block.language == "mermaid"
]
SMALLEST = 50.0  # pixels, of anything that shows two words


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with drawing(browser) as page:
        yield page


@pytest.mark.parametrize("diagram", DIAGRAMS, ids=lambda each: each.place)
def test_a_diagram_is_drawn(page: Page, diagram: Block) -> None:
    words, width, height = draw(page, diagram.text)
    assert min(width, height) > SMALLEST
    assert "Syntax error" not in words


def test_a_diagram_shows_its_words(page: Page) -> None:
    words, _, _ = draw(page, 'flowchart LR\n one["first thing"] --> two["second thing"]')
    assert "first thing" in words
    assert "second thing" in words


@pytest.mark.parametrize(
    "text", ["flowchart LR\n one --> ", "stateDiagram-v2\n a -> b", "no diagram at all"]
)
def test_a_mistake_in_a_diagram_is_an_error(page: Page, text: str) -> None:
    with pytest.raises(Error, match=r"(?i)error|diagram"):
        draw(page, text)


def test_there_are_diagrams() -> None:
    assert any(each.place.startswith("docs/architecture.md") for each in DIAGRAMS)
    assert any(each.place.startswith("docs/events.md") for each in DIAGRAMS)
