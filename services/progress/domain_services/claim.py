"""Decides what is told of transfers that there are notices of, and to whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.progress.domain.audience import EVERYBODY, Audience, WatchPage, of_owner, of_transfer
from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain.ports import Look, Ports
from services.progress.domain.telling import Notice, Page, Telling, first_told
from services.progress.domain_services.tell import Place, send_pages
from services.progress.domain_services.tellings import telling_of

AGAIN_SECONDS = 1  # the shortest delay of a queue
LONG_AGO = timedelta(days=1)
Shown = tuple[int, WatchPage]  # the audience's shards, and what is in the first one


@dataclass(frozen=True)
class News:
    notice: Notice
    look: Look
    known: KnownTransfer


def news_of(notice: Notice, *, ports: Ports) -> News | None:
    look = ports.audiences.look(notice.transfer_id, ports.now())
    known, told = look.known, look.told
    if known is None:
        return None
    is_told = told is not None and (told.epoch, told.seq) == (known.epoch, known.seq)
    return None if is_told and not notice.again else News(notice, look, known)


def places_of(found: Sequence[News], *, ports: Ports) -> list[Place]:
    """The lists are read after all states. So whoever is not among their watchers reads states that
    are as new. What belongs to other shards is sent to other workers."""
    now = ports.now()
    owners = {of_owner(each.known.owner) for each in found}
    lists = {
        each: (ports.audiences.shards(each, now), ports.audiences.page(each, 0, now))
        for each in sorted({EVERYBODY, *owners} if found else (), key=lambda each: each.name)
    }
    told: dict[Audience, list[Telling]] = {}
    shown: dict[Audience, Shown] = {}
    for news in found:
        own = _audiences(news, lists, now)
        if any(shards > 1 or page.watches for shards, page in own.values()):
            telling = _claimed(news, ports)
            for audience in own if telling else ():
                told.setdefault(audience, []).extend([telling] if telling else ())
            shown |= own
    return [
        _first_place(audience, tuple(tellings), shown[audience], ports)
        for audience, tellings in told.items()
    ]


def place_of(page: Page, *, ports: Ports) -> Place:
    audience, now = Audience(page.audience), ports.now()
    found = ports.audiences.page(audience, page.shard, now, page.after, page.until)
    shards = ports.audiences.shards(audience, now) if found.after else 1
    return _place(page, (shards, found), ports)


def _audiences(news: News, lists: dict[Audience, Shown], now: datetime) -> dict[Audience, Shown]:
    """A replay of old events is no news in a list, because what ended long ago stands in none."""
    known, look = news.known, news.look
    own = {of_transfer(known.transfer_id): (look.shards, look.page)}
    if look.told is None and known.ended and known.seen_at < now - LONG_AGO:
        return own
    return own | {each: lists[each] for each in (of_owner(known.owner), EVERYBODY)}


def _claimed(news: News, ports: Ports) -> Telling | None:
    """None when it is too early, or another worker was faster. Then there is another notice."""
    now, before, again = ports.now(), news.look.told, news.notice.again
    claim = before.then(news.known, now, again) if before else first_told(news.known, now)
    is_told = before is not None and (before.epoch, before.seq) == (claim.epoch, claim.seq)
    if before and not is_told and (before.is_fresh(now) or before.is_ahead_of(news.known)):
        ports.notices.put(news.notice, AGAIN_SECONDS)
        return None
    if not is_told and not ports.audiences.claim(claim, before):
        ports.notices.put(news.notice, AGAIN_SECONDS)
        return None
    return telling_of(news.known, claim, before, again)


def _first_place(
    audience: Audience, tellings: tuple[Telling, ...], shown: Shown, ports: Ports
) -> Place:
    shards, _ = shown
    page = Page(audience.name, 0, tellings)
    send_pages([Page(audience.name, shard, tellings) for shard in range(1, shards)], ports=ports)
    return _place(page, shown, ports)


def _place(page: Page, shown: Shown, ports: Ports) -> Place:
    shards, found = shown
    send_pages(_next(page, found), ports=ports)
    if found.is_crowded(shards):
        ports.audiences.grow(Audience(page.audience), shards, ports.now())
    return Place(page, found.watches)


def _next(page: Page, found: WatchPage) -> Iterator[Page]:
    if found.after is not None:
        yield Page(page.audience, page.shard, page.tellings, found.after, page.until)
