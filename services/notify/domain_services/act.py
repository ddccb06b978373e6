"""Does what nudges name: messages are sent, news are spread."""

from collections.abc import Callable, Mapping, Sequence

from services.notify.domain.known_transfer import NewsKey
from services.notify.domain.nudge import Nudge, Send, Spread
from services.notify.domain.ports import Ports
from services.notify.domain_services.send_notification import send_notification
from services.notify.domain_services.spread_news import spread_news

BEGIN_WITHIN = 50.0  # seconds; a try that begins at the end of it takes 20 s more

Failures = dict[Nudge, Exception]


def act(
    nudges: Sequence[Nudge], goes_on: Callable[[], bool], *, ports: Ports
) -> Mapping[Nudge, Exception]:
    """What could not be done. Messages go first, several at once, because each waits for others.

    What there was no time for is asked for again."""
    failures: Failures = {}

    def send(nudge: Send) -> None:
        _try(nudge, failures, lambda: send_notification(nudge.notification_id, ports=ports))

    once = list(dict.fromkeys(nudges))
    left = ports.crew.each(send, [each for each in once if isinstance(each, Send)], BEGIN_WITHIN)
    ports.nudges.send(left)
    for each in once:
        if isinstance(each, Spread):
            _spread(each, failures, goes_on, ports=ports)
    return failures


def _spread(
    nudge: Spread, failures: Failures, goes_on: Callable[[], bool], *, ports: Ports
) -> None:
    key = NewsKey(nudge.transfer_id, nudge.run, nudge.stage)
    _try(nudge, failures, lambda: spread_news(key, goes_on, ports=ports))


def _try(nudge: Nudge, failures: Failures, act: Callable[[], None]) -> None:
    try:
        act()
    except Exception as error:  # the handler logs it, and it is tried again
        failures[nudge] = error
