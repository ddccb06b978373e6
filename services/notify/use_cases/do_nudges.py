"""Does what the queue of nudges asks for."""

from collections.abc import Callable, Mapping, Sequence

from services.notify.domain.nudge import Nudge
from services.notify.domain.ports import Ports
from services.notify.domain_services.act import act


def do_nudges(
    nudges: Sequence[Nudge], goes_on: Callable[[], bool], *, ports: Ports
) -> Mapping[Nudge, Exception]:
    """What could not be done."""
    return act(nudges, goes_on, ports=ports)
