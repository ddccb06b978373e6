"""The figures, names and links that a message about one transfer has."""

import re
from collections.abc import Iterator

from kernel.figures import duration_text, rate_text, size_text, time_text
from kernel.shown_names import shown
from services.notify.domain.message import Fact, TicketRef
from services.notify.domain.stage import Stage
from services.notify.domain.view import Entry, Link

MOST_PATH, MOST_NUMBER, MOST_LINK = 300, 40, 1_000  # characters
MOST_PROOF = 600  # the longest sentence of a receipt has some 450
MOST_TICKETS = 4
NUMBER = re.compile(r"[A-Za-z0-9]{1,40}")
PROOFS = {
    "acknowledged": "every write was acknowledged",
    "size": "the size is right",
    "sampled": "samples were read back",
    "readback": "every byte was read back",
}
TICKETS = {"user": "Ticket", "audit": "Audit ticket"}
UNSAFE = frozenset("<>|\"'`\\^{}")  # in links; some end a link in HTML, Slack or Markdown


def entries_of(fact: Fact) -> tuple[Entry, ...]:
    return (*_figures(fact), *_names(fact))


def links_of(fact: Fact) -> tuple[Link, ...]:
    """Only to web pages, so that nothing else can be started by a click."""
    named = [("Open the transfer", fact.link)]
    named += [(_open(each.number), each.url) for each in _tickets(fact)]
    return tuple(Link(text, url) for text, url in named if url is not None and _is_web(url))


def _figures(fact: Fact) -> Iterator[Entry]:
    size = None if fact.size_bytes is None else size_text(fact.size_bytes)
    if fact.stage in (Stage.FAILED, Stage.STALLED) and size and fact.bytes_done is not None:
        yield Entry("Moved", f"{size_text(fact.bytes_done)} of {size}")
    elif size:
        yield Entry("Size", size)
    if fact.duration_seconds is not None:
        yield Entry("Duration", duration_text(fact.duration_seconds))
    if fact.rate_bytes_per_second:
        yield Entry("Rate", rate_text(fact.rate_bytes_per_second))
    yield Entry("Time", time_text(fact.at))
    if fact.statement:
        yield Entry("Proof", shown(fact.statement, MOST_PROOF), foreign=True)
    elif fact.proven in PROOFS:
        yield Entry("Proof", PROOFS[fact.proven])
    if fact.run > 1:
        yield Entry("Run", f"{fact.run} (a retry)")


def _names(fact: Fact) -> Iterator[Entry]:
    yield Entry("Source", shown(f"{fact.bucket}/{fact.key}", MOST_PATH), foreign=True)
    yield Entry("Target path", shown(fact.target_path, MOST_PATH), foreign=True)
    yield Entry("Requested by", shown(fact.owner_name or fact.owner), foreign=True)
    if fact.label:
        yield Entry("Label", shown(fact.label), foreign=True)
    for each in _tickets(fact):
        label = TICKETS.get(each.kind, "Ticket")
        yield Entry(label, shown(each.number, MOST_NUMBER), foreign=True)
    if fact.trouble:
        yield Entry("Code", shown(fact.trouble.code), foreign=True)


def _tickets(fact: Fact) -> tuple[TicketRef, ...]:
    return fact.tickets[:MOST_TICKETS]


def _open(number: str) -> str:
    """Its text needs no escaping anywhere."""
    plain = NUMBER.fullmatch(number) is not None
    return f"Open {number}" if plain else "Open the ticket"


def _is_web(url: str) -> bool:
    if not url.startswith(("https://", "http://")) or len(url) > MOST_LINK:
        return False
    return url.isascii() and url.isprintable() and " " not in url and not UNSAFE & set(url)
