"""Words that were said, folded so that what is shown alike is alike, to look names up in."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

MAX_READ = 4_000  # characters of a message
MIN_STEM = 4  # letters that 'export' and 'exports' share at least
MAX_ENDING = 2  # letters by which they may differ
WORD = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
CUT = "\0"  # in the place of a word that must not count
_GOES_ON_BEFORE, _GOES_ON = re.compile(r"[a-z0-9_/.-]"), re.compile(r"[a-z0-9_/-]|\.[a-z0-9]")


def fold(text: str) -> str:
    """Lower case without accents, and what is shown alike is alike."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return plain.replace("n't", " not").replace("n’t", " not")


def words(text: str) -> list[str]:
    return WORD.findall(fold(text[:MAX_READ]))


@dataclass(frozen=True)
class Said:
    """What was said, to look many names up in: as it was typed (`plain`, folded), word by word, and
    what stood in quotes."""

    plain: str
    words: Sequence[str]
    quoted: frozenset[tuple[str, ...]] = frozenset()

    @cached_property
    def _by_stem(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for word in set(self.words):
            for stem in _stems(word):
                found[stem] = found.get(stem, frozenset()) | {word}
        return found

    @cached_property
    def _joined(self) -> str:
        return f" {' '.join(self.words)} "

    def has(self, part: Sequence[str]) -> bool:
        """Whether these words stand in it, one behind the other."""
        return f" {' '.join(part)} " in self._joined if part else False

    def has_name(self, name: str) -> bool:
        """Whether the name stands in it as it is, and not as a part of a longer one."""
        return any(True for _ in _places(self.plain, name))

    def without(self, names: Sequence[str]) -> "Said":
        """Without these names and their words, once each. Of 'acme.csv to acme' stays the file."""
        plain, left = self.plain, list(self.words)
        for name in names:
            at = next(_places(plain, name), plain.find(name))
            plain = plain if at < 0 else plain[:at] + CUT + plain[at + len(name) :]
        for word in {word for name in names for word in words(name)} & set(left):
            left.remove(word)
        return Said(plain, left, self.quoted)

    def like(self, word: str) -> frozenset[str]:
        """The words that are this one but for its ending: 'export' and 'exports'."""
        same = {stem for stem in _stems(word) if stem in self.distinct}
        return self._by_stem.get(word, frozenset()) | same

    @cached_property
    def distinct(self) -> frozenset[str]:
        return frozenset(self.words)


def _places(plain: str, name: str) -> Iterator[int]:
    """Where the name stands by itself."""
    at = plain.find(name)
    while at >= 0:
        behind = plain[at + len(name) :][:2]
        if not _GOES_ON_BEFORE.match(plain[at - 1 : at]) and not _GOES_ON.match(behind):
            yield at
        at = plain.find(name, at + 1)


def _stems(word: str) -> Sequence[str]:
    longest = range(len(word), max(len(word) - MAX_ENDING, MIN_STEM) - 1, -1)
    return [word[:size] for size in longest] or [word]
