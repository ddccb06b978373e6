"""The sessions that one lane holds. Whoever calls these keeps the order of the calls."""

from datetime import datetime

from services.transfer.domain.lane import Lane, Slot
from services.transfer.domain.ports import Ports
from services.transfer.domain.session_names import lane_ticket
from services.transfer.domain.waiting import Limit


class LaneSlots:
    """Taken under the lane's name. So a lane whose worker crashed gets the same slot again, and not
    a second one."""

    def __init__(self, lane: Lane, ports: Ports) -> None:
        self._transfer_id, self._holder, self._ports = lane.transfer_id, lane_ticket(lane), ports
        self.session: Slot | None = None
        self._step: Slot | None = None

    @property
    def is_long(self) -> bool:
        return self.session is not None and self.session.long

    def take(self, destination_id: str, limit: Limit, until: datetime) -> bool:
        now, holder = self._ports.now(), self._holder
        self.session = self._ports.slots.take(destination_id, limit, holder, now, until, holder)
        return self.session is not None

    def take_step(self, until: datetime) -> bool:
        """The place of the workflow's steps."""
        of, now = f"transfer/{self._transfer_id}", self._ports.now()
        self._step = self._ports.slots.take(of, 1, self._holder, now, until)
        return self._step is not None

    def renew(self, until: datetime) -> None:
        if self.session is not None:
            self.session = self._ports.slots.renew(self.session, until)
        if self._step is not None:
            self._step = self._ports.slots.renew(self._step, until)

    def free(self) -> Slot | None:
        """The session that was freed."""
        session, self.session = self.session, None
        step, self._step = self._step, None
        held = [each for each in (step, session) if each is not None]
        if held:
            self._ports.slots.free(*held)
        return session
