"""State CleanUp: removes our files at the partner that nobody needs any more."""

from datetime import timedelta

from services.transfer.domain.errors import (
    DeliveryUnclear,
    PartMissing,
    TargetExists,
    TransferError,
)
from services.transfer.domain.part_file import OldTarget
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.transfer import RunId, Status, Transfer
from services.transfer.domain_services.change_transfer import change_run, read_run
from services.transfer.domain_services.look_at_target import look_at, renamed_before
from services.transfer.domain_services.partner_session import Visit, step_session
from services.transfer.use_cases.commit_target import finish_commit


def clean_up(run: RunId, *, ports: Ports) -> None:
    """Removes the part file, unless a retry may go on with it. A transfer that is about to fail,
    but whose file got its name, is completed after all. Raises PartnerError or TargetError when
    something cannot be removed now. Then it stays on record."""
    transfer = read_run(run, ports=ports)
    if _was_renamed_perhaps(transfer):
        change_run(run, lambda current: _keep(current, ports), ports=ports)  # kept until we know
        with step_session(transfer, ports=ports) as visit:
            _find_delivered(transfer, visit.session, ports=ports)
    transfer = change_run(run, lambda current: _keep_or_discard(current, ports), ports=ports)
    if transfer.left_behind:
        with step_session(transfer, ports=ports) as visit:
            remove_left_behind(transfer, visit, ports=ports)


def remove_left_behind(transfer: Transfer, visit: Visit, *, ports: Ports) -> None:
    """Removes the leftovers. If one cannot be removed, the others still are. A file that somebody
    may still be about to create stays on record until nobody can be any more."""
    now, session, place = ports.now(), visit.session, visit.destination.place
    gone: list[str] = []
    failure: TransferError | None = None
    for each in transfer.leftovers:
        if each.place != place:
            continue  # on another server, or in another user's folders
        try:
            session.remove(each.path)
            gone.append(each.path)
        except TransferError as error:
            failure = error
    change_run(transfer.run_id, lambda current: current.removed(gone, now), ports=ports)
    if transfer.aside is not None and transfer.aside.place == place:
        _see_to_old_target(transfer, session, ports=ports)
    if failure is not None:
        raise failure


def _see_to_old_target(transfer: Transfer, session: PartnerSession, *, ports: Ports) -> None:
    """If ours was delivered, the old target is removed, even if the partner took ours away since.
    Otherwise it gets its name back. It is removed where another file has that name."""
    aside = transfer.aside
    if aside is None:
        return
    delivered = transfer.part is None and transfer.status in {Status.COMMITTING, Status.COMPLETED}
    if delivered or not _put_back(aside, session):
        session.remove(aside.path)
    change_run(transfer.run_id, lambda current: current.back_in_place(), ports=ports)


def _put_back(aside: OldTarget, session: PartnerSession) -> bool:
    """False when another file has its name."""
    if look_at(session, aside.target).there:
        return False
    try:
        session.rename(aside.path, aside.target, replace=False)
    except TargetExists:  # from a server that shows no sizes
        return False
    except PartMissing:
        pass  # it never had its other name
    return True


def _was_renamed_perhaps(transfer: Transfer) -> bool:
    """Whether the rename may have worked although nobody saw it. In COMMITTING an earlier CleanUp
    saw it, but came no further."""
    unsure = transfer.status in {Status.FAILING, Status.COMMITTING}
    return unsure and transfer.part is not None and transfer.final_path is not None


def _find_delivered(transfer: Transfer, session: PartnerSession, *, ports: Ports) -> None:
    try:
        if not renamed_before(transfer, session, ports=ports):
            return
    except (PartMissing, DeliveryUnclear):
        return
    delivered = change_run(
        transfer.run_id, lambda current: current.found_delivered(ports.now()), ports=ports
    )
    finish_commit(delivered, session, ports=ports)


def _keep_or_discard(current: Transfer, ports: Ports) -> Transfer:
    kept = _keep(current, ports)
    return current.discard_part(ports.now()) if kept is current else kept


def _keep(current: Transfer, ports: Ports) -> Transfer:
    """Keeps the part file of a transfer that fails for a passing reason and has chunks done,
    because a retry goes on from it."""
    failing = current.status is Status.FAILING and current.part_made
    may_pass = failing and current.failure is not None and current.failure.retryable
    if not may_pass or ports.ledger.progress(current.ledger).chunks_done == 0:
        return current
    until = ports.now() + timedelta(seconds=ports.policy.keep_part_seconds)
    return current.keep_part(until)
