"""How a file will be moved to a destination, and why. It follows from what a probe found."""

from dataclasses import dataclass

from services.transfer.domain.destination import Destination


@dataclass(frozen=True)
class Strategy:
    lanes: int  # at most; a plan of fewer chunks gets fewer
    why: str


def choose_strategy(destination: Destination, lanes_wanted: int) -> Strategy:
    profile = destination.profile
    if profile is not None and not profile.write_at_offset:
        return Strategy(
            1, "One lane, from beginning to end: the server refuses writes at an offset."
        )
    if profile is None:
        return Strategy(1, "One lane: what the server can do is not known before a test.")
    lanes = min(lanes_wanted, lane_sessions(destination))
    if lanes < lanes_wanted:
        return Strategy(lanes, f"At most {lanes} at once: max_sessions allows no more lanes.")
    return Strategy(lanes, f"{lanes} lanes that write their chunks at once, each at its offset.")


def lane_sessions(destination: Destination) -> int:
    """How many sessions lanes may hold for long. Where there are several, lanes leave one to the
    short steps of workflows, so that a huge transfer does not keep others from starting or
    ending."""
    return max(1, destination.max_sessions - 1)
