"""How a lane's turn ended."""

from enum import Enum, auto


class Outcome(Enum):
    ENDED = auto()  # nothing is left for this lane
    HANDS_OVER = auto()  # its next turn goes on
    DELIVERED = auto()  # the file has its name
    STARTED_OVER = auto()  # the lane of another part file goes on
    REPLANNED = auto()  # its next turn goes on by another plan
