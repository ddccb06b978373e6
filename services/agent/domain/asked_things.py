"""Whether an order names the things that a proposal would concern, and how well it does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.agent.domain import asked_words as lexicon
from services.agent.domain.asked_names import Named, Thing
from services.agent.domain.asked_text import UserText
from services.agent.domain.handles import HandleKind

SOURCES = frozenset({HandleKind.OBJECT, HandleKind.FOLDER, HandleKind.BUCKET})
EVERYTHING_OF = frozenset({HandleKind.FOLDER, HandleKind.BUCKET})


@dataclass(frozen=True)
class Order:
    """The words in which things have to be named."""

    order: Sequence[UserText]  # the message that orders, and those behind it
    before: Sequence[UserText]  # oldest first
    phrases: Sequence[str]
    today: date
    known: Sequence[Thing]

    def why_not(self, thing: Thing, used: Sequence[Thing]) -> str:
        """Why it is not what the user named. Empty, if it is."""
        how = self.named(thing, used)
        if how is Named.NOT:
            return f"You did not name '{thing.title}'. Write what you mean by its name."
        if how is Named.BY_A_WORD:
            others = [each for each in self._like(thing) if each not in used]
            rival = next((each for each in others if self._is_better(each, thing, used)), None)
            if rival is not None:
                return f"That may be '{rival.title}' or '{thing.title}'. Say which, in full."
        if thing.kind in EVERYTHING_OF and not self._means_many(thing):
            return f"Say 'all files of {thing.title}' if you mean all that is in it."
        return ""

    def named(self, thing: Thing, used: Sequence[Thing]) -> Named:
        said = self._said(thing)
        how = thing.named_by(said)
        if how is not Named.BY_A_WORD:
            return self._by_day(thing) if how is Named.NOT else how
        if thing.kind in SOURCES:  # 'send it to ACME' names no file of the folder acme/
            said = _without([each for each in used if each.kind is HandleKind.DESTINATION], said)
        if not thing.shared_with(said):
            return Named.NOT
        return Named.NOT if self._other_day(thing) else how

    def too_many(self, used: Sequence[Thing]) -> str:
        """One word may mean one thing; several only with a word such as 'all'."""
        for kinds in (SOURCES, {HandleKind.TRANSFER}):
            guessed = [each for each in used if each.kind in kinds and not self._is_full(each)]
            if len(guessed) > 1 and not self._has(lexicon.MANY):
                return "You did not say that you mean several. Write 'all', or name each in full."
        return ""

    def cautions(self, used: Sequence[Thing]) -> Sequence[str]:
        return [
            f"You did not name '{each.title}' in full, the agent took it to be what you mean."
            " Look whether it is."
            for each in used
            if not self._is_full(each)
        ]

    def answers(self, thing: Thing) -> bool:
        """Whether the last message names it, or something about it."""
        return thing.named_by(self.order[-1].naming(self.phrases)) is not Named.NOT

    def _said(self, thing: Thing) -> Sequence[str]:
        """Words of the order; of what was said before only if the order names nothing alike."""
        for text in (self.order, *([each] for each in reversed(self.before))):
            said = _all_words(text, self.phrases)
            if any(each.named_by(said) is not Named.NOT for each in self._like(thing)):
                return said
        return _all_words(self.order, self.phrases)

    def _like(self, thing: Thing) -> Sequence[Thing]:
        alike = SOURCES if thing.kind in SOURCES else {thing.kind}
        return [each for each in self.known if each.kind in alike]

    def _is_full(self, thing: Thing) -> bool:
        return thing.named_by(self._said(thing)) is Named.IN_FULL

    def _is_better(self, rival: Thing, thing: Thing, used: Sequence[Thing]) -> bool:
        """A destination must be the only one that fits: files would leave for the wrong partner."""
        said = self._said(thing)
        if rival.named_by(said) is Named.IN_FULL:
            return True
        ours, theirs = thing.shared_with(said), rival.shared_with(said)
        if thing.kind is HandleKind.DESTINATION:
            return theirs >= ours
        return theirs > ours and self.named(rival, used) is not Named.NOT

    def _days(self) -> frozenset[date]:
        texts = (*self.before, *self.order)
        return frozenset().union(*(text.days(self.today) for text in texts))

    def _other_day(self, thing: Thing) -> bool:
        days = self._days()
        return bool(days and thing.days and not thing.days & days)

    def _by_day(self, thing: Thing) -> Named:
        """'Yesterday's file' is one that bears that day. 'Yesterday's export' names more."""
        generic = thing.kind is HandleKind.TRANSFER or self._has(lexicon.A_FILE)
        return Named.BY_A_WORD if generic and thing.days & self._days() else Named.NOT

    def _has(self, listed: Iterable[str]) -> bool:
        return any(text.has(listed) for text in (*self.before, *self.order))

    def _means_many(self, thing: Thing) -> bool:
        path = bool(thing.key) and any(thing.key.strip("/") + "/" in t.text for t in self.order)
        return path or self._has(lexicon.MANY) or self._has(lexicon.FOLDER)


def _all_words(texts: Sequence[UserText], phrases: Sequence[str]) -> Sequence[str]:
    return [word for text in texts for word in text.naming(phrases)]


def _without(destinations: Sequence[Thing], said: Sequence[str]) -> Sequence[str]:
    """The words without those that name the destination, once each."""
    left = list(said)
    for word in {word for each in destinations for word in each.shared_with(said)}:
        left.remove(word)
    return left
