"""Tells watchers what is new: a batch of messages of the fan-out queue at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from services.progress.domain.audience import Audience
from services.progress.domain.ports import Ports
from services.progress.domain.telling import CatchUp, FanOut, Notice, Page, Piece
from services.progress.domain_services import frames
from services.progress.domain_services.claim import News, news_of, place_of, places_of
from services.progress.domain_services.messages import live_transfer
from services.progress.domain_services.reach import reach
from services.progress.domain_services.states import read_states
from services.progress.domain_services.tell import WITHIN_SECONDS, Place, tell
from services.progress.domain_services.tell_pieces import tell_pieces

Failures = dict[str, Exception]


@dataclass(frozen=True)
class Delivery:
    """A message of the queue. One that comes again may have been handled in part."""

    id: str
    message: FanOut
    again: bool = False


def tell_watchers(deliveries: Sequence[Delivery], *, ports: Ports) -> Mapping[str, Exception]:
    """What could not be handled, by id. Raises what concerns all of them."""
    failures: Failures = {}
    _catch_up(deliveries, failures, ports)
    news: dict[str, News] = {}
    places: list[Place] = []
    for delivery in deliveries:
        match delivery.message:
            case Notice() as notice:
                notice = replace(notice, again=notice.again or delivery.again)
                _try(delivery, failures, partial(_add, notice, news, ports))
            case Page() as page:
                page = _again(page) if delivery.again else page
                _try(delivery, failures, partial(_add_place, page, places, ports))
    tell([*places_of(list(news.values()), ports=ports), *places], ports=ports)
    _tell_answers(deliveries, failures, ports)
    return failures


def _tell_answers(deliveries: Sequence[Delivery], failures: Failures, ports: Ports) -> None:
    """After the transfers, which do not wait for them. All together, so that they keep their
    order."""
    pieces = {each.id: each.message for each in deliveries if isinstance(each.message, Piece)}
    if not pieces:
        return
    try:
        tell_pieces(list(pieces.values()), ports=ports)
    except Exception as error:  # as in _try
        failures |= dict.fromkeys(pieces, error)


def _add(notice: Notice, news: dict[str, News], ports: Ports) -> None:
    """Two notices of a transfer in one batch are one."""
    known = news.get(notice.transfer_id)
    if known is None or (notice.again and not known.notice.again):
        found = news_of(notice, ports=ports)
        news |= {notice.transfer_id: found} if found else {}


def _add_place(page: Page, places: list[Place], ports: Ports) -> None:
    places.append(place_of(page, ports=ports))


def _again(page: Page) -> Page:
    return replace(page, tellings=tuple(replace(each, again=True) for each in page.tellings))


def _catch_up(deliveries: Sequence[Delivery], failures: Failures, ports: Ports) -> None:
    waiting = [each for each in deliveries if isinstance(each.message, CatchUp)]

    def catch_up(delivery: Delivery) -> None:
        _try(delivery, failures, partial(_tell_newest, delivery.message, ports))

    for left in ports.crew.each(catch_up, waiting, WITHIN_SECONDS):
        ports.notices.put(left.message, 1)


def _tell_newest(message: FanOut, ports: Ports) -> None:
    """The mark is removed before the states are read. So whoever saw the mark, and told nothing,
    had read states that are no newer. The watch is read after them: what the connection watches by
    id from then on, it reads at least as new."""
    if not isinstance(message, CatchUp):
        return
    audience = Audience(message.audience)
    place = audience, message.shard, message.connection_id
    if not ports.audiences.catch_up(*place):
        return
    found = read_states(audience, ports=ports)
    watch = ports.audiences.watch(*place, ports.now())
    visible = [each for each in found.values() if watch and watch.shows(each)]
    if watch and visible:
        detail = audience.transfer_id is not None
        pieces = [live_transfer(each, detail=detail).model_dump_json() for each in visible]
        messages = frames.snapshots(pieces, ports.now())
        reach(watch.connection_id, messages, [watch], ports=ports, tries=message.tries)


def _try(delivery: Delivery, failures: Failures, act: Callable[[], object]) -> None:
    try:
        act()
    except Exception as error:  # the handler logs it, and the queue delivers the message again
        failures[delivery.id] = error
