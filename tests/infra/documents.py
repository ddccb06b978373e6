"""Reads the repository's Markdown: links, headings, code in the text and blocks of code."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path, PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from infra.stacks import REPOSITORY

# Made by commands, or another project's: no document of ours is there.
NOT_OURS = re.compile(r"\.git|\.venv.*|\.local|\.aws-sam|build|node_modules|\..*_cache|__pycache__")
# Is copied by `make new-service`; its links hold at the place that it is copied to.
COPIED = "infra/new_service/skeleton/"
MARKDOWN = MarkdownIt("commonmark").enable("table")
NOT_IN_AN_ANCHOR = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Mention:
    """`text` is a link's target, code in the text, or one line of a block of code."""

    place: str  # file:line
    text: str


@dataclass(frozen=True)
class Block:
    place: str
    language: str
    text: str


@dataclass(frozen=True)
class Document:
    path: PurePosixPath
    anchors: frozenset[str]
    links: tuple[Mention, ...]
    spans: tuple[Mention, ...]
    blocks: tuple[Block, ...]

    @property
    def lines_of_code(self) -> Iterator[Mention]:
        for block in self.blocks:
            for line in block.text.splitlines():
                yield Mention(block.place, line)


@cache
def files() -> frozenset[str]:
    """The repository's files and folders, from its root on, without what commands make there."""
    found: set[str] = set()
    for folder, folders, names in os.walk(REPOSITORY):
        folders[:] = [name for name in folders if not NOT_OURS.fullmatch(name)]
        inside = Path(folder).relative_to(REPOSITORY)
        found.update((inside / name).as_posix() for name in (*folders, *names))
    return frozenset(found)


@cache
def documents() -> tuple[Document, ...]:
    paths = sorted(path for path in files() if path.endswith(".md") and not path.startswith(COPIED))
    return tuple(parse(path, (REPOSITORY / path).read_text("utf-8")) for path in paths)


def parse(path: str, text: str) -> Document:
    tokens = MARKDOWN.parse(text)
    inline = [token for token in tokens if token.type == "inline"]
    parts = [
        (f"{path}:{token.map[0] + 1}" if token.map else path, part)
        for token in inline
        for part in token.children or ()
    ]
    links = (
        Mention(place, str(part.attrs["href" if part.type == "link_open" else "src"]))
        for place, part in parts
        if part.type in ("link_open", "image")
    )
    return Document(
        PurePosixPath(path),
        frozenset(_anchors(tokens)),
        tuple(links),
        tuple(_spans(path, inline)),
        tuple(
            Block(f"{path}:{token.map[0] + 1}" if token.map else path, token.info, token.content)
            for token in tokens
            if token.type == "fence"
        ),
    )


def _spans(path: str, inline: list[Token]) -> Iterator[Mention]:
    """Code in the text."""
    for token in inline:
        for part in token.children or ():
            if part.type == "code_inline":
                yield Mention(f"{path}:{token.map[0] + 1}" if token.map else path, part.content)


def _anchors(tokens: list[Token]) -> Iterator[str]:
    """As GitHub makes them: a heading that comes again has a number behind it."""
    counts: dict[str, int] = {}
    for before, token in pairwise(tokens):
        if before.type != "heading_open":
            continue
        shown = "".join(part.content for part in token.children or ())
        anchor = NOT_IN_AN_ANCHOR.sub("", shown.lower()).replace(" ", "-")
        again = counts.get(anchor, 0)
        counts[anchor] = again + 1
        yield f"{anchor}-{again}" if again else anchor
