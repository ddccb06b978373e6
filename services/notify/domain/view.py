"""A message in words, before any technology draws it."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Tone(StrEnum):
    GOOD = "good"
    BAD = "bad"
    WARNING = "warning"
    PLAIN = "plain"


@dataclass(frozen=True)
class Entry:
    """A label of ours, and a value. With `foreign` it holds what others wrote: it is cleaned, and
    may still be markup."""

    label: str
    value: str
    foreign: bool = False


@dataclass(frozen=True)
class Row:
    """One transfer of a digest."""

    tone: Tone
    name: str
    detail: str


@dataclass(frozen=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True)
class View:
    """All texts are cleaned, and each is one line. `subject` says the most important in one line,
    `headline` says it where `name` stands beside it. Only labels, links, `more`, and entries that
    are not foreign are ours alone. All other texts may hold markup."""

    tone: Tone
    subject: str
    headline: str
    name: str | None = None
    entries: tuple[Entry, ...] = ()
    sentences: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    more: str | None = None
    links: tuple[Link, ...] = ()
    footer: str = ""

    def smaller(self) -> "View | None":
        """The same with less detail, where a limit asks for it. None when only the headline is
        left."""
        if self.rows:
            kept = self.rows[: len(self.rows) // 2]
            return replace(self, rows=kept, more="and more" if kept else None)
        if self.sentences or self.entries or self.links:
            return replace(self, sentences=(), entries=(), links=(), more=None)
        return None
