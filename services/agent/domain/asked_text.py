"""What a user wrote, cut into clauses and words: what it orders, and which words name things."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from services.agent.domain import asked_words as lexicon

MAX_READ = 4_000  # characters of a message
MOST_OF_A_YES = 8  # words
MIN_STEM = 4  # letters that 'export' and 'exports' share at least
MAX_ENDING = 2  # letters by which they may differ
_WORD = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_PAUSE = re.compile(r"[.,;:!?](?=\s|$)|[\n。？！；、，]")
_QUOTED = re.compile(
    r"```.*?(?:```|$)|`[^`\n]*`|\"[^\"\n]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」"
    r"|(?<!\w)'[^'\n]*'(?!\w)|(?:^|(?<=\n))[ \t]*>[^\n]*",
    re.DOTALL,
)
_FULL = re.compile(r"(?<!\d)(20\d\d)[-/_.]?(0[1-9]|1[0-2])[-/_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_SHORT = re.compile(r"(?<!\d)(\d\d?)[./](\d\d?)[./](20\d\d)(?!\d)")
_CUT = "\0"  # in the place of a word that must not count
_GOES_ON_BEFORE, _GOES_ON = re.compile(r"[a-z0-9_/.-]"), re.compile(r"[a-z0-9_/-]|\.[a-z0-9]")
_FIRST_OF_CJK = "\u2e80"


def fold(text: str) -> str:
    """Lower case without accents, and what is shown alike is alike."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return plain.replace("n't", " not").replace("n’t", " not")


def words(text: str) -> list[str]:
    return _WORD.findall(fold(text[:MAX_READ]))


def has(listed: Iterable[str], said: Sequence[str]) -> bool:
    """Whether one of the words of a list is among those that were said."""
    return any(fits(each, word) for word in said for each in listed)


def fits(listed: str, word: str) -> bool:
    stem = listed.rstrip("*")
    if stem[0] >= _FIRST_OF_CJK:
        return stem in word
    return word.startswith(stem) if listed.endswith("*") else word == stem


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
        at = self.plain.find(name)
        while at >= 0:
            behind = self.plain[at + len(name) :][:2]
            if not _GOES_ON_BEFORE.match(self.plain[at - 1 : at]) and not _GOES_ON.match(behind):
                return True
            at = self.plain.find(name, at + 1)
        return False

    def without(self, names: Sequence[str]) -> "Said":
        """Without these names and their words, once each."""
        plain, left = self.plain, list(self.words)
        for name in names:
            plain = plain.replace(name, _CUT, 1)
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


def _stems(word: str) -> Sequence[str]:
    longest = range(len(word), max(len(word) - MAX_ENDING, MIN_STEM) - 1, -1)
    return [word[:size] for size in longest] or [word]


@dataclass(frozen=True)
class Clause:
    words: tuple[str, ...]

    @cached_property
    def negated(self) -> bool:
        return has(lexicon.NOT, self.words)

    def place_of(self, phrases: Iterable[str]) -> int | None:
        """Where the first word of such a phrase stands."""
        found = [place for phrase in phrases if (place := self._place(phrase)) is not None]
        return min(found, default=None)

    def orders(self, phrases: Iterable[str]) -> bool:
        """Whether it tells somebody to do so: it has no 'not', and asks no question."""
        place = self.place_of(phrases)
        return (
            place is not None
            and not self.negated
            and not has(lexicon.ASKING, self.words[:place])
            and not self._asks_first()
        )

    @property
    def asks(self) -> bool:
        return self._asks_first() or has(lexicon.ASKING, self.words)

    def _place(self, phrase: str) -> int | None:
        parts = phrase.split()
        places = [
            next((at for at, word in enumerate(self.words) if fits(part, word)), None)
            for part in parts
        ]
        known = [place for place in places if place is not None]
        if len(known) < len(parts):
            return None
        if len(parts) == 1 and parts[0] in lexicon.NOUNS_TOO and not self._is_verb(known[0]):
            return None
        return min(known)

    def _is_verb(self, place: int) -> bool:
        before = self.words[place - 1] if place else None
        return before is None or before in lexicon.AFTER_A_VERB | lexicon.FILLERS

    def _asks_first(self) -> bool:
        if has(lexicon.ASKING_ANYWHERE, self.words):
            return True
        begin = 0
        while begin < len(self.words) and self.words[begin] in lexicon.FILLERS:
            begin += 1
        rest = self.words[begin:]
        return any(
            rest[: len(first)] == first
            for first in (tuple(phrase.split()) for phrase in lexicon.ASKING_FIRST)
        )


@dataclass(frozen=True)
class UserText:
    """One message of a user. What stands in quotes names things, and orders nothing: people quote
    what others wrote."""

    text: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        return tuple(words(self.text))

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        told = fold(_QUOTED.sub(" , ", self.text[:MAX_READ]))
        return tuple(Clause(tuple(word for word, _ in found)) for found in _clauses(told))

    @cached_property
    def asks(self) -> bool:
        return "?" in fold(self.text) or any(clause.asks for clause in self.clauses)

    @cached_property
    def affirms(self) -> bool:
        short = 0 < len(self.words) <= MOST_OF_A_YES
        return short and self.has(lexicon.YES) and not self.has(lexicon.NOT) and not self.asks

    def orders(self, phrases: Iterable[str]) -> bool:
        listed = tuple(phrases)
        return any(clause.orders(listed) for clause in self.clauses)

    def has(self, listed: Iterable[str]) -> bool:
        return has(listed, self.words)

    def naming(self, phrases: Iterable[str]) -> Said:
        """What may name things: not 'but not B', nor 'do not send B'."""
        listed = tuple(phrases)
        folded = fold(self.text[:MAX_READ])
        plain, kept = folded, list[str]()
        for found in _clauses(folded):
            clause = Clause(tuple(word for word, _ in found))
            away = clause.negated and (
                clause.place_of(listed) is not None or has(lexicon.NOT, clause.words[:2])
            )
            begin, end = found[0][1], found[-1][1] + len(found[-1][0])
            if away:
                plain = plain[:begin] + _CUT * (end - begin) + plain[end:]
            kept += [_CUT] * len(clause.words) if away else clause.words
        quotes = (tuple(_WORD.findall(quote)) for quote in _QUOTED.findall(plain))
        return Said(plain, kept, frozenset(quotes))

    def days(self, today: date, near: int) -> frozenset[date]:
        """The days that it names, and of those that it names by a word so many around them."""
        named = {_day(*found) for found in _FULL.findall(self.text)}
        for first, second, year in _SHORT.findall(self.text):
            named |= {_day(year, second, first), _day(year, first, second)}
        for phrase, distance in lexicon.DAYS.items():
            parts = phrase.split()
            if has(parts, self.words) if len(parts) == 1 else Said("", self.words).has(parts):
                around = range(distance - near, distance + near + 1)
                named |= {today + timedelta(days=each) for each in around}
        return frozenset(day for day in named if day is not None)


def days_in(name: str) -> frozenset[date]:
    """The days that a name bears, as 2026-11-26 or 20261126."""
    return frozenset(day for found in _FULL.findall(name) if (day := _day(*found)) is not None)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _clauses(folded: str) -> Iterator[Sequence[tuple[str, int]]]:
    """Words, each with where it begins."""
    current: list[tuple[str, int]] = []
    end = 0
    for found in _WORD.finditer(folded):
        word = found.group()
        between = folded[end : found.start() + 1]  # with what follows: 'a.csv' has no pause
        if _PAUSE.search(between) or word in lexicon.BUT + lexicon.AND:
            if current:
                yield current
            current = []
        current.append((word, found.start()))
        end = found.end()
    if current:
        yield current
