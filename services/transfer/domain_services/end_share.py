"""Ends a transfer's part of its destination's lanes."""

from dataclasses import replace

from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.lane_limits import is_long, work_of_transfer

SAVE_TRIES = 3  # each lost race means that another transfer's report was first


def end_share(transfer: Transfer, *, ports: Ports) -> None:
    """Its lanes move nothing any more. So those who come next need not share with it until its last
    report is old."""
    if transfer.plan is not None and not is_long(transfer):
        return
    for _ in range(SAVE_TRIES):
        target = ports.targets.read(transfer.destination_id)
        if target is None:
            return
        window = target.window.without(work_of_transfer(transfer), ports.now())
        if window is target.window or ports.targets.save(replace(target, window=window), None):
            return
