"""Tells watches what is told of their transfers: several at once, and each in few messages."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from services.progress.domain.audience import Watch
from services.progress.domain.ports import Ports
from services.progress.domain.telling import CatchUp, Page, Telling
from services.progress.domain_services import frames
from services.progress.domain_services.reach import reach

WITHIN_SECONDS = 3.0  # after that no message is begun; one takes about a second at most
MAX_PAGE_BYTES = 200_000  # of the tellings in one message; SQS takes 256 KB


@dataclass(frozen=True)
class Place:
    """What a page of a shard is told. Its tellings are for these watches, and not for later ones.
    `page` is what is still to be told when none of them was."""

    page: Page
    watches: Sequence[Watch]


@dataclass
class Job:
    """All that one connection is told now."""

    connection_id: str
    watches: list[Watch] = field(default_factory=list)
    pieces: dict[str, tuple[bool, str]] = field(default_factory=dict)  # by transfer; (whole, JSON)

    def add(self, watch: Watch, telling: Telling) -> None:
        if watch not in self.watches:
            self.watches.append(watch)
        if watch.audience.transfer_id or telling.transfer_id not in self.pieces:
            piece = telling.whole, telling.piece_for(watch)
            self.pieces[telling.transfer_id] = piece


def tell(places: Sequence[Place], *, ports: Ports) -> None:
    """What was not begun in time is told by another worker."""
    jobs = _jobs(places, ports)
    written: dict[tuple[tuple[bool, str], ...], list[str]] = {}

    def tell_one(job: Job) -> None:
        pieces = tuple(job.pieces.values())
        if pieces not in written:  # most connections are told the same
            written[pieces] = list(_messages(pieces, ports))
        reach(job.connection_id, written[pieces], job.watches, ports=ports)

    left = ports.crew.each(tell_one, jobs, WITHIN_SECONDS)
    if left:
        _leave_to_others(jobs[: len(jobs) - len(left)], places, ports)


def send_pages(pages: Iterable[Page], *, ports: Ports) -> None:
    """What goes to the same watches goes together, as far as it fits."""
    together: dict[Page, list[Telling]] = defaultdict(list)
    for page in pages:
        together[replace(page, tellings=())].extend(page.tellings)
    for page, tellings in together.items():
        some: list[Telling] = []
        for telling in tellings:
            if some and sum(map(_size, [*some, telling])) > MAX_PAGE_BYTES:
                ports.notices.put(replace(page, tellings=tuple(some)))
                some = []
            some.append(telling)
        ports.notices.put(replace(page, tellings=tuple(some)))


def _jobs(places: Sequence[Place], ports: Ports) -> list[Job]:
    """In the order of their connections, so that those left are the last ones of every shard."""
    now = ports.now()
    jobs: dict[str, Job] = {}
    for place in places:
        for telling in place.page.tellings:
            for watch in filter(telling.is_for, place.watches):
                if not watch.is_behind(now):
                    job = jobs.setdefault(watch.connection_id, Job(watch.connection_id))
                    job.add(watch, telling)
                elif telling.again:  # whoever marked it may have died before it sent the message
                    message = CatchUp(watch.audience.name, watch.shard, watch.connection_id)
                    ports.notices.put(message, 1)
    return [jobs[each] for each in sorted(jobs)]


def _messages(pieces: Sequence[tuple[bool, str]], ports: Ports) -> Iterable[str]:
    now = ports.now()
    whole = [piece for is_whole, piece in pieces if is_whole]
    changes = [piece for is_whole, piece in pieces if not is_whole]
    if whole:
        yield from frames.snapshots(whole, now)
    if changes:
        yield from frames.deltas(changes, now)


def _leave_to_others(done: Sequence[Job], places: Sequence[Place], ports: Ports) -> None:
    last = done[-1].connection_id if done else ""
    for place in places:
        ahead = [each for each in place.watches if each.connection_id > last]
        if ahead:
            until = place.watches[-1].connection_id
            after = max(place.page.after, last)
            send_pages([replace(place.page, after=after, until=until)], ports=ports)


def _size(telling: Telling) -> int:
    """In the message, where each quote and backslash of the pieces is escaped once more."""
    pieces = (telling.listed, telling.steady, telling.fresh)
    return sum(len(json.dumps(each, ensure_ascii=False).encode()) for each in pieces)
