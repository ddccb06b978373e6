"""Whether an order names the things that a proposal would concern, and how well it does."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from services.agent.domain import asked_words as lexicon
from services.agent.domain.asked_names import Named, Thing, tells
from services.agent.domain.asked_said import Said
from services.agent.domain.asked_text import Clause, UserText
from services.agent.domain.handles import HandleKind

SOURCES = frozenset({HandleKind.OBJECT, HandleKind.FOLDER, HandleKind.BUCKET})
EVERYTHING_OF = frozenset({HandleKind.FOLDER, HandleKind.BUCKET})
ROLES = (SOURCES, *(frozenset({each}) for each in HandleKind if each not in SOURCES))


@dataclass(frozen=True)
class Role:
    """Things of which one could stand in another one's place, and what has to name them."""

    said: Said
    things: Sequence[Thing]

    @cached_property
    def named(self) -> Mapping[str, Named]:
        return {each.handle: self._how(each) for each in self.things}

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        return {each.handle: each.named_in(self.said) for each in self.things}

    @cached_property
    def shared(self) -> Mapping[str, frozenset[str]]:
        return {each.handle: each.shared_with(self.said) for each in self.things}

    def _how(self, thing: Thing) -> Named:
        if self.names[thing.handle]:
            return Named.IN_FULL
        return Named.BY_A_WORD if self.shared[thing.handle] else Named.NOT


@dataclass(frozen=True)
class Order:
    """`before` is what 'it' may mean."""

    order: Sequence[UserText]  # the message that orders, and those behind it
    before: Sequence[UserText]  # oldest first
    phrases: Sequence[str]
    today: date
    known: Sequence[Thing]  # all that the conversation was shown
    used: Sequence[Thing]  # those that the proposal concerns

    def why_not(self) -> str:
        """Why the user did not name them, or not so many. Empty, if they did."""
        reasons = (self._why_not(each) for each in self.used)
        return next((reason for reason in reasons if reason), "") or self._too_many()

    def _why_not(self, thing: Thing) -> str:
        how = self._named(thing)
        if how is Named.NOT:
            return f"You did not name '{thing.title}'. {_how_to_name(thing)}"
        if rival := self._rival(thing, how):
            return f"That may be '{rival.title}' or '{thing.title}'. Say which, in full."
        if thing.kind in EVERYTHING_OF and not self._means_many(thing):
            return f"Say 'all files of {thing.title}' if you mean all that is in it."
        return ""

    def _too_many(self) -> str:
        """One word may mean one thing; several only with a word such as 'all'."""
        for kinds in ROLES:
            guessed = [each for each in self.used if each.kind in kinds and not self._is_full(each)]
            if len(guessed) > 1 and not self._has(lexicon.MANY):
                return "You did not say that you mean several. Write 'all', or name each in full."
        return ""

    def cautions(self) -> Sequence[str]:
        return [
            f"You did not name '{each.title}' in full, the agent took it to be what you mean."
            " Look whether it is."
            for each in self.used
            if not self._is_full(each)
        ]

    def is_answered(self) -> bool:
        """Whether the last message says yes, or names one of the things, or something about it."""
        last = self._words_of(self.order[-1:])
        named = any(each.named_in(last) or each.shared_with(last) for each in self.used)
        return named or self.order[-1].affirms

    @cached_property
    def _roles(self) -> Mapping[HandleKind, Role]:
        roles = {}
        for kinds in ROLES:
            things = [each for each in self.known if each.kind in kinds]
            roles.update(dict.fromkeys(kinds, self._role(things)))
        return roles

    def _role(self, things: Sequence[Thing]) -> Role:
        """Words of the order; of what was said before only if the order names nothing alike."""
        for texts in (self.order, *([each] for each in reversed(self.before))):
            role = self._role_in(self._words_of(texts), things)
            if any(role.named.values()):
                return role
        return self._role_in(self._words_of(self.order), things)

    def _role_in(self, said: Said, things: Sequence[Thing]) -> Role:
        """'Send it to ACME' names no file of the folder acme/: the names of the destination do not
        count, once each."""
        if things and things[0].kind in SOURCES:
            to = [each for each in self.used if each.kind is HandleKind.DESTINATION]
            names = [each.named_in(said) or each.shared_with(said) for each in to]
            said = said.without([name for some in names for name in some])
        return Role(said, things)

    def _words_of(self, texts: Iterable[UserText]) -> Said:
        said = [text.naming(self.phrases) for text in texts]
        return Said(
            "\n".join(each.plain for each in said),
            [word for each in said for word in each.words],
            frozenset().union(*(each.quoted for each in said)),
        )

    def _named(self, thing: Thing) -> Named:
        how = self._roles[thing.kind].named[thing.handle]
        if how is Named.BY_A_WORD and self._other_day(thing):
            return Named.NOT
        if how is not Named.IN_FULL and thing.kind is HandleKind.TRANSFER and self._last:
            return Named.BY_A_WORD if self._is_last(thing) else Named.NOT
        return self._by_day(thing) if how is Named.NOT else how

    @cached_property
    def _last(self) -> Sequence[Clause]:
        """Those of the last message that order 'the last transfer', or 'the last failed one'."""
        clauses = self.order[-1].clauses
        return [each for each in clauses if each.says_last and each.orders(self.phrases)]

    def _is_last(self, thing: Thing) -> bool:
        """Whether it is the newest that was shown, of those that bear all words that tell more:
        'the last transfer to Globex' is none to ACME."""
        said = {word for each in self._last for word in each.words}
        role = self._roles[thing.kind]
        more = {word for word in said - lexicon.BESIDE_LAST if tells(word)}
        failed = bool(said & lexicon.FAILED)
        fit = [
            each
            for each in role.things
            if more <= role.shared[each.handle] and (not failed or each.text("status") == "failed")
        ]
        newest = max((each.text("requested_at") for each in fit), default="")
        last = [each for each in fit if each.text("requested_at") == newest]
        return bool(newest) and last == [thing]

    def _rival(self, thing: Thing, how: Named) -> Thing | None:
        """What was shown, too, and fits the words better. A destination must be the only one that
        fits: files would leave for the wrong partner."""
        role = self._roles[thing.kind]
        ours = role.shared[thing.handle]
        for rival in role.things:
            theirs = role.shared[rival.handle]
            named = role.named[rival.handle]
            if rival.handle in self._handles_used:
                continue
            if named is not Named.NOT and thing.is_only_common(role.names[thing.handle]):
                return rival  # 'to ACME, to test': that may be why it is sent
            if named < how:
                continue
            if named is how is Named.IN_FULL:
                if _is_longer(role.names[rival.handle], role.names[thing.handle]):
                    return rival
                if _is_longer(role.names[thing.handle], role.names[rival.handle]):
                    continue
            if named > how or (theirs > ours and self._named(rival) is not Named.NOT):
                return rival
            if theirs == ours and (
                thing.kind is HandleKind.DESTINATION or self._closer(rival, thing)
            ):
                return rival
        return None

    def _is_full(self, thing: Thing) -> bool:
        """Named in full, and nothing else by the same name."""
        role = self._roles[thing.kind]
        named = role.names[thing.handle]
        alike = [each for each in role.things if role.names[each.handle] & named]
        return bool(named) and len(alike) == 1

    @cached_property
    def _handles_used(self) -> frozenset[str]:
        return frozenset(each.handle for each in self.used)

    @cached_property
    def _days(self) -> frozenset[date]:
        """A day more or less is taken, too: nobody knows the user's time zone, and a file of
        yesterday may bear the day of its data, or that on which it was written."""
        return self._named_days(near=1)

    @cached_property
    def _very_days(self) -> frozenset[date]:
        return self._named_days(near=0)

    def _named_days(self, near: int) -> frozenset[date]:
        texts = (*self.before, *self.order)
        sources = [each for each in self.used if each.kind in SOURCES]
        named = [name for each in sources for name in self._roles[each.kind].names[each.handle]]
        return frozenset().union(*(text.days(self.today, near, named) for text in texts))

    def _closer(self, rival: Thing, thing: Thing) -> bool:
        """Whether it alone bears the very day that was said."""
        return bool(rival.days & self._very_days) and not thing.days & self._very_days

    def _other_day(self, thing: Thing) -> bool:
        return bool(self._days and thing.days and not thing.days & self._days)

    def _by_day(self, thing: Thing) -> Named:
        """'Yesterday's file' is one that bears that day. 'Yesterday's export' names more."""
        generic = thing.kind is HandleKind.TRANSFER or self._names_a_file
        return Named.BY_A_WORD if generic and thing.days & self._days else Named.NOT

    @cached_property
    def _names_a_file(self) -> bool:
        return self._has(lexicon.A_FILE)

    def _has(self, listed: Iterable[str]) -> bool:
        return any(text.has(listed) for text in (*self.before, *self.order))

    def _means_many(self, thing: Thing) -> bool:
        path = bool(thing.key) and any(thing.key.strip("/") + "/" in t.text for t in self.order)
        return path or self._has(lexicon.MANY) or self._has(lexicon.FOLDER)


def _how_to_name(thing: Thing) -> str:
    if thing.kind is HandleKind.DESTINATION and thing.common_names:
        return f"If you mean it, end with: to {thing.text('destination_id')}"
    return "Write what you mean by its name."


def _is_longer(names: Set[str], others: Set[str]) -> bool:
    """Whether each of the others is a part of one of these: 'beta north', and not 'beta'."""
    return all(any(other in name and other != name for name in names) for other in others)
