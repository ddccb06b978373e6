"""Says a message in words: what happened, to which file, and what to do."""

from kernel.figures import duration_text, size_text
from kernel.shown_names import sentence, shown
from services.notify.domain import tally
from services.notify.domain.entries import entries_of, links_of
from services.notify.domain.message import Fact, Message
from services.notify.domain.stage import Stage
from services.notify.domain.view import Row, Tone, View

MOST_IN_SUBJECT = 60  # characters of a name; mail clients show some 70 of a subject
MOST_IN_ROW = 100  # of a name, and of the first words of a reason
MOST_ROWS = 10
MOST_SENTENCES = 10  # of destinations, in a digest
TONES = {
    Stage.STARTED: Tone.PLAIN,
    Stage.COMPLETED: Tone.GOOD,
    Stage.FAILED: Tone.BAD,
    Stage.STALLED: Tone.WARNING,
}
ORDER = (Tone.BAD, Tone.WARNING, Tone.GOOD, Tone.PLAIN)
HEADLINES = {
    Stage.STARTED: "Transfer to {} started",
    Stage.COMPLETED: "Delivered to {}",
    Stage.FAILED: "Transfer to {} failed",
    Stage.STALLED: "Transfer to {} has stalled",
}
TRIED_AGAIN = "FileFerry keeps trying by itself."
RETRY = "It may work later: retry the transfer then."
HAD_STALLED = "Transfer to {} had stalled"
OVER = "That is over: it went on, was paused, or ended since then."
RETRIED = "It was retried since then."
TEST_SUBJECT = "FileFerry test"
TEST = "This is a test message. It shows that the channel works."
NOTE = "A note from FileFerry"


def view_of(message: Message, channel_name: str) -> View:
    footer = f"FileFerry · channel {shown(channel_name)}"
    note = (sentence(message.note),) if message.note else ()
    if message.test:
        return View(
            Tone.PLAIN, "FileFerry test", "FileFerry test", sentences=(TEST,), footer=footer
        )
    if len(message.facts) == 1 and not message.left_out:
        return _single(message.facts[0], note, footer)
    if message.facts or message.counts:
        return _digest(message, note, footer)
    return _note(message.note or NOTE)


def _note(text: str) -> View:
    """Of ours, by mail. Its first sentence is the subject."""
    first, _, rest = text.partition(". ")
    subject = sentence(first, 2 * MOST_IN_SUBJECT).rstrip(".")
    return View(
        Tone.WARNING,
        subject,
        subject,
        sentences=(sentence(rest),) if rest else (),
        footer="FileFerry",
    )


def file_name(fact: Fact, most: int) -> str:
    """The last part of the key."""
    return shown(fact.key.rstrip("/").rpartition("/")[2] or fact.key, most)


def _single(fact: Fact, note: tuple[str, ...], footer: str) -> View:
    past_stall = fact.past and fact.stage is Stage.STALLED
    form = HAD_STALLED if past_stall else HEADLINES[fact.stage]
    headline = form.format(shown(fact.destination_name, MOST_IN_SUBJECT))
    return View(
        TONES[fact.stage],
        f"{headline}: {file_name(fact, MOST_IN_SUBJECT)}",
        headline,
        name=file_name(fact, MOST_IN_ROW),
        entries=entries_of(fact),
        sentences=(*_what_to_do(fact), *note),
        links=links_of(fact),
        footer=footer,
    )


def _what_to_do(fact: Fact) -> tuple[str, ...]:
    said = (sentence(fact.trouble.message),) if fact.trouble else ()
    if fact.stage is Stage.STALLED:
        return (*said, OVER if fact.past else TRIED_AGAIN)
    if fact.past:
        return (*said, RETRIED)
    if fact.stage is Stage.FAILED and fact.trouble and fact.trouble.retryable:
        return (*said, RETRY)
    return said


def _digest(message: Message, note: tuple[str, ...], footer: str) -> View:
    summary, each = tally.in_one(message), tally.sentences(message)
    facts = sorted(message.facts, key=lambda fact: ORDER.index(TONES[fact.stage]))
    several = len(each) > 1
    rows = tuple(_row(fact, several) for fact in facts[:MOST_ROWS])
    untold = len(facts) - len(rows) + message.left_out
    return View(
        tally.tone(message),
        summary,
        summary,
        sentences=(*(each[:MOST_SENTENCES] if several else ()), *note),
        rows=rows,
        more=f"and {untold} more" if untold else None,
        footer=footer,
    )


def _row(fact: Fact, several: bool) -> Row:
    """`several`: the digest is of several destinations, so each row names its own."""
    where = [f"to {shown(fact.destination_name, MOST_IN_SUBJECT)}"] if several else []
    return Row(TONES[fact.stage], file_name(fact, MOST_IN_ROW), ", ".join([*where, _outcome(fact)]))


def _outcome(fact: Fact) -> str:
    if fact.trouble and fact.stage in (Stage.FAILED, Stage.STALLED):
        since = {Stage.FAILED: ", retried since", Stage.STALLED: ", over since"}
        state = f"{fact.stage}{since[fact.stage] if fact.past else ''}"
        return f"{state}: {sentence(fact.trouble.message, MOST_IN_ROW)}"
    size = size_text(fact.size_bytes) if fact.size_bytes is not None else ""
    if fact.stage is not Stage.COMPLETED:
        return f"{fact.stage}, {size}" if size else str(fact.stage)
    took = f"in {duration_text(fact.duration_seconds)}" if fact.duration_seconds else ""
    return " ".join(each for each in ("delivered", size, took) if each)
