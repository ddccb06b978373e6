"""Whether the user asked for what the model wants to propose, by the user's own words alone.

The model may have read what somebody hostile wrote, and may obey it. So a proposal is stored only
if these words order an action of its kind, and name what it concerns. docs/adr/0072 has the rules,
and what they cannot do. The tool that proposes calls it before anything is stored:

    verdict = asked_for(scene.asking, "start", ["obj_3", "dest_2"], scene.handles, options, today)

If not `verdict.asked`, it stores nothing and tells `verdict.why` as a failure. Otherwise it puts
`verdict.cautions` before all others on the card.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.agent.domain import asked_words as lexicon
from services.agent.domain.asked_names import Thing
from services.agent.domain.asked_said import Said, words
from services.agent.domain.asked_text import UserText
from services.agent.domain.asked_things import Order
from services.agent.domain.handles import HandleKind, Handles

MAX_BEFORE = 3  # messages before the last one that are looked at


@dataclass(frozen=True)
class Asking:
    """The user's own messages, word by word and never a summary of them, oldest first.

    before: those that no proposal was made for yet. An order may stand in one of them, and the last
    one may answer a question about it ('To ACME.', 'Yes.'). older: the ones before those: they
    order nothing any more, but 'cancel it' may mean what they name."""

    last: str
    before: Sequence[str] = ()
    older: Sequence[str] = ()


@dataclass(frozen=True)
class Verdict:
    """`why` is a sentence for the user; empty, if they asked. `cautions` say what was guessed."""

    why: str = ""
    cautions: Sequence[str] = ()

    @property
    def asked(self) -> bool:
        return not self.why


def asked_for(
    asking: Asking,
    kind: str,
    used: Sequence[str],
    handles: Handles,
    options: Mapping[str, str],
    today: date,
) -> Verdict:
    """`used` are all handles that the proposal has, and `options` what the model chose besides
    (target_path, if_exists, verify, label)."""
    phrases = lexicon.PHRASES.get(kind, ())
    order = _order(asking, phrases)
    if order is None:
        return _no_order(kind)
    things = [_thing(name, handles) for name in dict.fromkeys(used)]
    known = [each for each in things if each is not None]
    if len(known) < len(things):
        return Verdict("It names something that this conversation was not shown.")
    text = Order(order, _before(asking, order), phrases, today, _all(handles), known)
    if len(order) > 1 and not text.is_answered():
        return _no_order(kind)
    why = _unasked_option(order, options) or text.why_not()
    return Verdict(why) if why else Verdict(cautions=text.cautions())


def _order(asking: Asking, phrases: Sequence[str]) -> Sequence[UserText] | None:
    """The message that orders it, and those behind it. Those answer what the agent asked, so none
    of them may ask something new."""
    found: list[UserText] = []
    for text in (asking.last, *reversed(asking.before[-MAX_BEFORE:])):
        found.insert(0, UserText(text))
        if found[0].orders(phrases):
            return found
        if found[0].asks:
            return None
    return None


def _before(asking: Asking, order: Sequence[UserText]) -> Sequence[UserText]:
    """What 'it' may mean in an order."""
    if not any(text.has(lexicon.POINTING) for text in order):
        return ()
    everything = [*asking.older, *asking.before, asking.last]
    earlier = everything[: len(everything) - len(order)]
    return [UserText(text) for text in earlier[-MAX_BEFORE:]]


def _thing(name: str, handles: Handles) -> Thing | None:
    kind = next((each for each in HandleKind if name.startswith(f"{each}_")), None)
    told = None if kind is None else handles.of_kind(kind, name)
    return None if kind is None or told is None else Thing(name, kind, told)


def _all(handles: Handles) -> Sequence[Thing]:
    return [thing for name in handles.known if (thing := _thing(name, handles)) is not None]


def _unasked_option(order: Sequence[UserText], options: Mapping[str, str]) -> str:
    said = Said("", [word for text in order for word in text.words])
    words_for = {
        ("if_exists", "replace"): lexicon.REPLACE,
        ("if_exists", "keep_both"): lexicon.KEEP_BOTH,
        ("verify", "size"): lexicon.SIZE_ONLY,
    }
    for name, value in options.items():
        listed = words_for.get((name, value))
        free = name in ("target_path", "label") and not said.has(words(value))
        if free or (listed is not None and not any(text.has(listed) for text in order)):
            return f"You did not ask for {name.replace('_', ' ')} '{value}'. Say so if you want it."
    return ""


def _no_order(kind: str) -> Verdict:
    example = lexicon.EXAMPLES.get(kind, lexicon.EXAMPLES["start"])
    return Verdict(f"You did not ask for that in so many words. Write for example: {example}")
