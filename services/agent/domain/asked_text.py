"""What a user wrote, cut into clauses and words: what it orders, and which words name things."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from services.agent.domain import asked_words as lexicon
from services.agent.domain.asked_said import CUT, MAX_READ, WORD, Said, fold, words

MOST_OF_A_YES = 8  # words
_PAUSE = re.compile(r"[.,;:!?](?=\s|$)|[\n。？！；、，]")
_QUOTED = re.compile(
    r"```.*?(?:```|$)|`[^`\n]*`|\"[^\"\n]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」"
    r"|(?<!\w)'[^'\n]*'(?!\w)|(?:^|(?<=\n))[ \t]*>[^\n]*",
    re.DOTALL,
)
_FULL = re.compile(r"(?<!\d)(20\d\d)[-/_.]?(0[1-9]|1[0-2])[-/_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_SHORT = re.compile(r"(?<!\d)(\d\d?)[./](\d\d?)[./](20\d\d)(?!\d)")
_FIRST_OF_CJK = "\u2e80"


def has(listed: Iterable[str], said: Sequence[str]) -> bool:
    """Whether one of the words of a list is among those that were said."""
    return any(fits(each, word) for word in said for each in listed)


def fits(listed: str, word: str) -> bool:
    stem = listed.rstrip("*")
    if stem[0] >= _FIRST_OF_CJK:
        return stem in word
    return word.startswith(stem) if listed.endswith("*") else word == stem


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

    @cached_property
    def says_last(self) -> bool:
        """'Cancel the last transfer', but not 'the transfer of last night'."""
        follows = zip(self.words, (*self.words[1:], ""), strict=True)
        return any(
            word in lexicon.LAST and (not after or after in lexicon.LAST_OF)
            for word, after in follows
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
                plain = plain[:begin] + CUT * (end - begin) + plain[end:]
            kept += [CUT] * len(clause.words) if away else clause.words
        quotes = (tuple(WORD.findall(quote)) for quote in _QUOTED.findall(plain))
        return Said(plain, kept, frozenset(quotes))

    def days(self, today: date, near: int, names: Sequence[str] = ()) -> frozenset[date]:
        """The days that it names, and of those that it names by a word so many around them. The
        words of `names` name no day: 'today.csv'."""
        said = Said("", self.words).without(names)
        named = {_day(*found) for found in _FULL.findall(self.text)}
        for first, second, year in _SHORT.findall(self.text):
            named |= {_day(year, second, first), _day(year, first, second)}
        for phrase, distance in lexicon.DAYS.items():
            parts = phrase.split()
            if has(parts, said.words) if len(parts) == 1 else said.has(parts):
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
    for found in WORD.finditer(folded):
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
