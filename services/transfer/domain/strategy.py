"""How a file will be moved to a destination, from what a probe found there, and why."""

from dataclasses import dataclass

from services.transfer.domain.destination import Destination


@dataclass(frozen=True)
class Strategy:
    lanes: int  # at most so many; a plan of fewer chunks gets fewer
    why: str


def choose_strategy(destination: Destination, lanes_wanted: int) -> Strategy:
    profile = destination.profile
    if profile is not None and not profile.write_at_offset:
        return Strategy(
            1, "One lane, from beginning to end: the server refuses writes at an offset."
        )
    lanes = min(lanes_wanted, destination.max_sessions)
    if lanes < lanes_wanted:
        return Strategy(lanes, f"{lanes} lanes: the destination's max_sessions allows no more.")
    return Strategy(lanes, f"{lanes} lanes that write their chunks at once, each at its offset.")
