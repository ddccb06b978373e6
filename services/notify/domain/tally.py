"""What a digest says in one sentence: '40 of 42 delivered to ACME, 2 failed'."""

from collections import Counter
from collections.abc import Mapping

from kernel.shown_names import shown
from services.notify.domain.message import Message
from services.notify.domain.stage import Stage
from services.notify.domain.view import Tone

REST = ((Stage.FAILED, "failed"), (Stage.STALLED, "stalled"), (Stage.STARTED, "started"))


def sentences(message: Message) -> tuple[str, ...]:
    """One for each destination, those with failures first."""
    by_destination = _counts(message)
    names = sorted(by_destination, key=lambda name: (-by_destination[name][Stage.FAILED], name))
    return tuple(
        _sentence(by_destination[name], f"to {shown(name)}", name not in message.partial)
        for name in names
    )


def in_one(message: Message) -> str:
    """All destinations together. A single one is named."""
    by_destination = _counts(message)
    if len(by_destination) == 1:
        return sentences(message)[0]
    total: Counter[Stage] = sum(by_destination.values(), Counter())
    return _sentence(total, f"to {len(by_destination)} destinations", not message.partial)


def tone(message: Message) -> Tone:
    """The worst that happened."""
    told = {stage for counts in _counts(message).values() for stage, n in counts.items() if n}
    if Stage.FAILED in told:
        return Tone.BAD
    if Stage.STALLED in told:
        return Tone.WARNING
    return Tone.GOOD if Stage.COMPLETED in told else Tone.PLAIN


def _counts(message: Message) -> Mapping[str, Counter[Stage]]:
    """By destination. Without counts of its own, each transfer of the message counts once, with its
    last fact."""
    found: dict[str, Counter[Stage]] = {}
    if message.counts:
        for stage, destination, number in message.counts:
            found.setdefault(destination, Counter())[stage] += number
        return found
    last = {(fact.transfer_id, fact.destination_name): fact.stage for fact in message.facts}
    for (_, destination), stage in last.items():
        found.setdefault(destination, Counter())[stage] += 1
    return found


def _sentence(counts: Counter[Stage], where: str, whole: bool) -> str:
    """'40 of 42' is said only where the digest would know of those that failed, too."""
    delivered, ended = counts[Stage.COMPLETED], counts[Stage.COMPLETED] + counts[Stage.FAILED]
    parts = []
    if delivered and whole:
        parts.append(f"{delivered} of {ended} delivered")
    elif delivered:
        parts.append(f"{delivered} delivered")
    parts += [f"{counts[stage]} {word}" for stage, word in REST if counts[stage]]
    first, *others = parts or ["nothing"]
    return ", ".join([f"{first} {where}", *others])
