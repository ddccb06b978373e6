"""What a lane does in its one session for a transfer of many files: page after page."""

from services.transfer.domain.errors import PlaceChanged
from services.transfer.domain.ports import FolderSource, Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.lane_outcome import Outcome
from services.transfer.domain_services.lane_pulse import LanePulse
from services.transfer.domain_services.move_page import PageMove
from services.transfer.domain_services.page_ends import PageEnds
from services.transfer.domain_services.partner_session import Visit
from services.transfer.domain_services.plan_folder import begin_folder
from services.transfer.domain_services.plan_part import leads_there
from services.transfer.domain_services.queue_lanes import queue_lanes


class FolderWork:
    """`transfer` is as the lane last read or stored it."""

    def __init__(
        self, transfer: Transfer, source: FolderSource, visit: Visit, pulse: LanePulse, ports: Ports
    ) -> None:
        self.transfer = transfer
        self._source, self._visit, self._pulse, self._ports = source, visit, pulse, ports

    def run(self) -> Outcome:
        """Raises what concerns more than one file. Whoever ends last settles the transfer."""
        if not leads_there(self.transfer, self._visit.destination):
            raise PlaceChanged(self.transfer.known_part.path)
        if not self.transfer.part_made:
            self.transfer = begin_folder(self.transfer, self._visit, ports=self._ports)
            self._pulse.headway = True
            if self.transfer.lanes > 1:
                queue_lanes(self.transfer, ports=self._ports)
        ends = PageEnds(self.transfer, self._source, self._visit, self._ports, self._pulse.tally)
        while self._pulse.has_time:
            page = self._pulse.claim(self._pulse.ledger)
            if page is None:
                return Outcome.ENDED
            if not PageMove(page, ends, self._pulse).run():
                break
        return Outcome.HANDS_OVER
