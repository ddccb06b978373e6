"""What a proposal would do, as the server wrote it down.

None of it ever changes. The digest is over all of it, so that what was shown is what is done.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.agent.domain.estimate import Estimate

# Of a batch. Confirming asks the API twice for each, within seconds, and out of what its user may
# call in a minute.
MOST_OBJECTS = 8


class Kind(StrEnum):
    START = "start"
    BATCH = "batch"
    RETRY = "retry"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    TICKET = "ticket"


@dataclass(frozen=True)
class Source:
    """One object as it was listed, or with `folder` every object below the key."""

    bucket: str
    key: str
    etag: str | None = None
    size_bytes: int | None = None
    folder: bool = False


@dataclass(frozen=True)
class Place:
    """A destination as it was. `host_keys` are fingerprints, sorted. `proved_by` is what has to
    prove that the server is the partner's."""

    id: str
    name: str
    host: str
    port: int
    protocol: str
    user: str
    base_path: str
    host_keys: tuple[str, ...]
    proved_by: str | None
    tls: str | None


@dataclass(frozen=True)
class Send:
    """One transfer. Of a folder `target_path` is the folder at the partner; None is the base path
    itself."""

    source: Source
    target_path: str | None


@dataclass(frozen=True)
class Sending:
    kind: Kind  # start: one object; batch: a folder as one transfer, or objects one by one
    sends: tuple[Send, ...]
    place: Place
    if_exists: str
    verify: str
    label: str | None = None


@dataclass(frozen=True)
class Steering:
    """`status` and `run` are those that the transfer had. `place` is None where no byte moves
    because of it."""

    kind: Kind
    transfer_id: str
    owner: str
    source: Source  # a folder, where it is a prefix
    destination_id: str
    status: str
    run: int
    place: Place | None = None


@dataclass(frozen=True)
class TicketWish:
    kind: Kind
    summary: str
    description: str
    transfer_id: str | None = None


Action = Sending | Steering | TicketWish


@dataclass(frozen=True)
class Line:
    label: str
    value: str


@dataclass(frozen=True)
class Step:
    """One thing that is done, in a sentence."""

    sentence: str
    size_bytes: int | None = None


@dataclass(frozen=True)
class Card:
    """What people read before they decide. The server makes all of it."""

    sentence: str
    steps: tuple[Step, ...]
    lines: tuple[Line, ...]
    cautions: tuple[str, ...] = ()
    strategy: str | None = None
    estimate: Estimate | None = None


@dataclass(frozen=True)
class Content:
    id: str
    conversation_id: str
    owner: str
    action: Action
    card: Card
    made_at: datetime
    expires_at: datetime
