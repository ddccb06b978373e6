"""Does what is due by the table, and was not done: digests, messages that are sent again, and what
workers left that died."""

from collections.abc import Callable, Mapping
from itertools import islice

from services.notify.domain.nudge import Nudge
from services.notify.domain.ports import Ports
from services.notify.domain_services.act import Failures, act

AT_ONCE = 100  # taken from what is due, before looking at the clock again


def sweep_due(
    goes_on: Callable[[], bool], *, ports: Ports
) -> tuple[int, Mapping[Nudge, Exception]]:
    """How much was tried, and what failed. It stays due, so that the next run tries it again."""
    failures: Failures = {}
    tried = 0
    due = iter(ports.due_list.due(ports.now()))
    while goes_on() and (some := list(islice(due, AT_ONCE))):
        failures |= act(some, goes_on, ports=ports)
        tried += len(some)
    return tried, failures
