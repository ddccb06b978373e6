"""Looks at transfers through the REST API: where there is no stream, and where it does not know."""

from collections import deque
from collections.abc import Mapping

from cli.client import read
from cli.errors import CommandFailed, NoRight, NotFound, NotSignedIn, Unreachable
from cli.live.clock import Clock, Instant
from cli.live.pace import Pace
from cli.live.shown import Shown, from_rest
from cli.live.timed_rest import Rest
from contracts.transfer_views import TransfersPage, TransferView

BURST = 15  # calls at once; with one a second afterwards that is less than 100 a minute
PAGE = 100  # transfers of a list
OWNERS: Mapping[str, str | None] = {"mine": None, "all": "*"}


class Looks:
    """One call at a time. They are counted like drops of a bucket, for any number of transfers."""

    def __init__(self, rest: Rest, clock: Clock, pace: Pace) -> None:
        self._rest, self._clock, self._pace = rest, clock, pace
        self._asked: deque[str] = deque()
        self._last = ""
        self._allowed, self._counted_at = float(BURST), clock.now()
        self._rotated_at: Instant | None = None
        self._listed_at: Instant | None = None
        self._cursor: str | None = None

    def ask(self, transfer_id: str) -> None:
        """It is looked at once, as soon as that is allowed."""
        if transfer_id not in self._asked:
            self._asked.append(transfer_id)

    def look(self, rotation: tuple[str, ...]) -> tuple[str, Shown | None] | None:
        """At most one call: for what was asked, else for the next one of `rotation`.

        A transfer without a state does not exist. Nothing comes back when no call was due. Raises
        Unreachable and NotSignedIn. What else a call says against us is asked again later.
        """
        self._count()
        chosen = self._chosen(rotation)
        if chosen is None:
            return None
        self._allowed -= 1
        shown: Shown | None
        try:
            document = self._rest.call("GET", f"/api/transfer/{chosen}")
            shown = from_rest(read(TransferView, document))
        except NotFound:
            shown = None
        except (Unreachable, NotSignedIn):
            raise
        except CommandFailed:
            return None
        if chosen in self._asked:
            self._asked.remove(chosen)
        return chosen, shown

    def list_new(self, scope: str) -> tuple[Shown, ...]:
        """The next page of those that are under way, if one is due."""
        self._count()
        again = self._pace.list_again
        due = self._listed_at is None or self._clock.since(self._listed_at) >= again
        if not (due or self._cursor) or self._allowed < 1:
            return ()
        self._listed_at = self._clock.now()
        self._allowed -= 1
        query = {"state": "active", "limit": PAGE, "owner": OWNERS[scope], "cursor": self._cursor}
        try:
            page = read(TransfersPage, self._rest.call("GET", "/api/transfer", query=query))
        except (Unreachable, NotSignedIn, NoRight):
            raise
        except CommandFailed:
            self._cursor = None
            return ()
        self._cursor = page.cursor
        return tuple(from_rest(each) for each in page.transfers)

    def _count(self) -> None:
        gained = self._clock.since(self._counted_at) / self._pace.call_gap
        self._allowed = min(float(BURST), self._allowed + gained)
        self._counted_at = self._clock.now()

    def _chosen(self, rotation: tuple[str, ...]) -> str | None:
        if self._allowed < 1:
            return None
        if self._asked:
            self._asked.rotate(-1)  # one that fails does not hold up the others
            return self._asked[-1]
        if not rotation or not self._rotation_is_due(len(rotation)):
            return None
        self._rotated_at = self._clock.now()
        after = rotation.index(self._last) + 1 if self._last in rotation else 0
        self._last = rotation[after % len(rotation)]
        return self._last

    def _rotation_is_due(self, transfers: int) -> bool:
        if self._rotated_at is None:
            return True
        gap = max(self._pace.call_gap, self._pace.poll_gap / transfers)
        return self._clock.since(self._rotated_at) >= gap
