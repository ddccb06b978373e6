"""For work of the service that only one invocation may do at a time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from services.transfer.domain.ports import Ports
from services.transfer.domain_services.slot_pulse import SlotPulse


@contextmanager
def alone(work: str, *, ports: Ports) -> Iterator[Callable[[], bool]]:
    """Gives a function that says whether this invocation may do the work, and go on with it. It
    says no when another invocation was first, and once this one's lease is lost. The lease of an
    invocation that died ends by itself."""
    pulse = SlotPulse(ports)
    if not pulse.take(f"service/{work}", 1, ports.new_id()):
        yield lambda: False
        return
    with ExitStack() as stack:
        stack.callback(pulse.free)
        stack.enter_context(ports.heart.beating(pulse.beat, pulse.every_seconds))
        yield lambda: not pulse.is_lost
