"""By which words a thing is named: in full, or by a word or a day that it bears."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cached_property
from typing import Any

from kernel.shown_names import shown
from services.agent.domain import asked_words as lexicon
from services.agent.domain.asked_said import Said, fold, words
from services.agent.domain.asked_text import days_in
from services.agent.domain.handles import HandleKind

MIN_LETTERS = 3  # of a word that may name something
MAX_WORDS = 12  # a longer name is a text, and holds whatever somebody may say: only in full


EXTENSION = re.compile(r"\.[a-z0-9]{1,8}$")
NO_FIELDS: tuple[str, ...] = ()
TITLES: Mapping[HandleKind, Sequence[str]] = {
    **dict.fromkeys(HandleKind, NO_FIELDS),
    HandleKind.BUCKET: ("bucket",),
    HandleKind.DESTINATION: ("name", "destination_id"),
    HandleKind.TRANSFER: ("transfer_id",),  # a label may be any sentence
    HandleKind.TICKET: ("number",),
}
HINTS: Mapping[HandleKind, Sequence[str]] = {
    **dict.fromkeys(HandleKind, NO_FIELDS),
    HandleKind.DESTINATION: ("name", "destination_id"),
    HandleKind.TRANSFER: ("destination_id",),
}


class Named(IntEnum):
    NOT = 0
    BY_A_WORD = 1  # or by a day
    IN_FULL = 2


@dataclass(frozen=True)
class Thing:
    """What a handle stands for, by the fields that the tools keep of it. All but ids may have been
    written by somebody hostile."""

    handle: str
    kind: HandleKind
    told: Mapping[str, Any]

    @cached_property
    def title(self) -> str:
        """As people call it."""
        title = next(filter(None, (self.key, *map(self.text, TITLES[self.kind]))), self.handle)
        if self.kind is HandleKind.TRANSFER and self.key:
            return f"{shown(title)} ({self.text('transfer_id')})"
        return shown(title)

    @cached_property
    def key(self) -> str:
        return self.text("key") or self.text("prefix")

    @cached_property
    def names(self) -> Sequence[str]:
        """As the admins and FileFerry call it."""
        fields = [self.text(name) for name in TITLES[self.kind]]
        return [fold(name) for name in fields if _says_something(name)]

    @cached_property
    def common_names(self) -> Sequence[str]:
        """Those that everybody says, as 'test': in full they are only where 'to test' ends."""
        fields = [self.text(name) for name in TITLES[self.kind]]
        return [fold(name) for name in fields if name and not _says_something(name)]

    @cached_property
    def paths(self) -> Sequence[str]:
        """As whoever wrote it has called it."""
        last = self.key.rstrip("/").rsplit("/", 1)[-1]
        found = [name for name in (self.key, last, last.rsplit(".", 1)[0]) if name]
        if found and (bucket := self.text("bucket")):  # as the card and the commands write it
            found += [f"s3://{bucket}/{self.key}", f"{bucket}/{self.key}"]
        return [fold(name) for name in found]

    @cached_property
    def by_words(self) -> frozenset[str]:
        """Words that tell something about it. Others may bear them, too."""
        names = (self.key, *map(self.text, HINTS[self.kind]))
        found = [word for name in names for word in words(name) if tells(word)]
        return frozenset(found) if len(found) <= MAX_WORDS else frozenset()

    @cached_property
    def days(self) -> frozenset[date]:
        asked_at = self.told.get("requested_at") if self.kind is HandleKind.TRANSFER else None
        return days_in(self.key) | (days_in(asked_at) if isinstance(asked_at, str) else frozenset())

    def named_in(self, said: Said) -> frozenset[str]:
        """The names by which it was named in full."""
        found = [name for name in (self.handle, *self.names) if said.has_name(name)]
        if self.kind is HandleKind.DESTINATION:
            several = [name for name in self.names if len(words(name)) > 1]
            found += [name for name in several if said.has(words(name))]  # 'ACME, GmbH'
            found += [name for name in self.common_names if _ends_with_to(said.plain, name)]
        for path in self.paths:
            quoted = tuple(words(path)) in said.quoted
            if quoted or (_is_no_sentence(path) and said.has_name(path)):
                found.append(path)
        return frozenset(found)

    def is_only_common(self, names: Set[str]) -> bool:
        return bool(names) and names <= set(self.common_names)

    def shared_with(self, said: Said) -> frozenset[str]:
        """The words said that this thing bears, too."""
        return frozenset().union(*(said.like(own) for own in self.by_words))

    def text(self, field: str) -> str:
        value = self.told.get(field)
        return value if isinstance(value, str) else ""


def _says_something(name: str) -> bool:
    """Not 'to', 'send' or 'a': everybody says that."""
    return any(tells(word) or word.isdigit() for word in words(name))


def _ends_with_to(plain: str, name: str) -> bool:
    """'To partner, please', but not 'to the partner' nor 'to partner ACME'."""
    found = re.finditer(rf"(?<!\w)(?:{_TO})\s+({_QUOTE}?){re.escape(name)}\1(?![\w/-])", plain)
    return any(_ENDS.match(plain, each.end()) for each in found)


def _is_no_sentence(path: str) -> bool:
    """A file called 'export', '2026-11-26' or 'export to ACME' is not what everybody means who says
    so. With letters and 'a.csv', 'a/b' or 'a_1' it is a name and nothing else."""
    if not any(c.isalpha() for c in path):
        return False
    if EXTENSION.search(path) is not None:
        return True
    plain = any(c.isspace() for c in path) or not _says_something(path)
    return not plain and any(c.isdigit() or c in "/._-" for c in path)


def tells(word: str) -> bool:
    letters = len(word) >= MIN_LETTERS or not word.isascii()
    return letters and not word.isdigit() and word not in _COMMON


_TO, _QUOTE = "|".join(sorted(lexicon.TO)), "['\"`]"
_ENDS = re.compile(rf"\s*(?:$|[.,;:!?](?:\s|$)|\n|(?:{'|'.join(sorted(lexicon.FILLERS))})\b)")
_COMMON = frozenset().union(
    lexicon.NO_NAMES,
    lexicon.MANY,
    lexicon.FOLDER,
    lexicon.A_FILE,
    lexicon.ASKING,
    lexicon.NOT,
    lexicon.POINTING,
    lexicon.FILLERS,
    *(phrase.split() for phrases in lexicon.PHRASES.values() for phrase in phrases),
    *(phrase.split() for phrase in lexicon.DAYS),
)
