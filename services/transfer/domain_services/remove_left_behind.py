"""Removes our files at the partner that are on record as useless."""

from contextlib import suppress

from services.transfer.domain.errors import TargetError, TransferError
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.strategy import UNKNOWN
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.half_file import is_ours
from services.transfer.domain_services.old_target import put_back
from services.transfer.domain_services.partner_session import Visit
from services.transfer.domain_services.remove_parts import remove_parts


def remove_left_behind(transfer: Transfer, visit: Visit, *, ports: Ports) -> None:
    """Removes the leftovers. If one cannot be removed, the others still are. A file that somebody
    may still be about to create stays on record until nobody can be any more."""
    now, session, place = ports.now(), visit.session, visit.destination.place
    gone: dict[PartFile, PartFile | None] = {}
    failure: TransferError | None = None
    for each in transfer.leftovers:
        if each.place != place:
            continue  # on another server, or in another user's folders
        try:
            if each.folder:
                gone[each], refused = remove_parts(transfer, each, visit, ports=ports)
                failure = refused or failure
                continue
            if each.direct:
                _remove_half_file(each, transfer, session, ports=ports)
            else:
                session.remove(each.path)
            gone[each] = None
        except TransferError as error:
            failure = error
    change_run(transfer.run_id, lambda current: current.removed(gone, now), ports=ports)
    if transfer.aside is not None and transfer.aside.place == place:
        _see_to_old_target(transfer, session, ports=ports)
    if failure is not None:
        raise failure


def _remove_half_file(
    half: PartFile, transfer: Transfer, session: PartnerSession, *, ports: Ports
) -> None:
    """Under the target's name. Once the transfer has ended, that may be another file, and before
    that, too. What the server does not let us remove stays."""
    if transfer.status in ENDED:
        return
    with suppress(TargetError):
        if is_ours(half, transfer, session, ports=ports):
            session.remove(half.path)


def _see_to_old_target(transfer: Transfer, session: PartnerSession, *, ports: Ports) -> None:
    """If ours was delivered, the old target is removed, even if the partner took ours away since.
    Otherwise it gets its name back. It is removed where another file has that name."""
    aside = transfer.aside
    if aside is None:
        return
    delivered = transfer.part is None and transfer.status in {Status.COMMITTING, Status.COMPLETED}
    if delivered or not put_back(aside.path, aside.target, session, UNKNOWN):
        session.remove(aside.path)
    change_run(transfer.run_id, lambda current: current.back_in_place(), ports=ports)
