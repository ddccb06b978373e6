"""State CommitTarget: gives the whole file its name, once."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import count

from services.transfer.domain.errors import TargetDamaged, TargetExists, TransferError
from services.transfer.domain.names import numbered, resolve_target
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.proof import Proven, Verify
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import IfExists, RunId
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.compare_samples import UNSEEN, find_damage
from services.transfer.domain_services.look_at_target import look_at, renamed_before, require_size
from services.transfer.domain_services.partner_session import Visit, step_session

MAX_NUMBER = 1_000  # names tried beside an existing one


def commit_target(run: RunId, *, ports: Ports) -> None:
    """It may run again after a rename whose answer was lost. Then it looks at both names and
    decides. In the end it looks at the file under its name, and the receipt says what it found."""
    transfer = change_run(run, lambda current: current.committing(ports.now()), ports=ports)
    if transfer.part is None:
        return
    with step_session(transfer, ports=ports) as visit:
        if not renamed_before(transfer, visit.session, ports=ports):
            path = transfer.part.path
            require_size(transfer, path, look_at(visit.session, path))
            transfer = _rename(transfer, visit, ports=ports)
        finish_commit(transfer, visit.session, ports=ports)


def finish_commit(transfer: Transfer, session: PartnerSession, *, ports: Ports) -> None:
    """The file has its name: looks at it, and stores that it is committed."""
    proven = _look(transfer, session, ports=ports)
    change_run(transfer.run_id, lambda current: current.committed(proven), ports=ports)


def _rename(transfer: Transfer, visit: Visit, *, ports: Ports) -> Transfer:
    keeps_both, session = transfer.if_exists is IfExists.KEEP_BOTH, visit.session
    for name in _candidates(transfer, visit.destination.base_path):
        seen = look_at(session, name)
        if keeps_both and seen.there:
            continue
        transfer = _decide_on(transfer, name, seen.size_bytes, ports=ports)
        try:
            if transfer.if_exists is IfExists.REPLACE:
                return _replace(transfer, name, visit, ports=ports)
            session.rename(transfer.known_part.path, name, replace=False)
            return transfer
        except TargetExists:
            if not keeps_both:
                raise
    raise TargetExists(transfer.target_path)


def _replace(transfer: Transfer, name: str, visit: Visit, *, ports: Ports) -> Transfer:
    """Where the server cannot replace in one step, the old target gets another name, which is
    recorded first. On a failure it gets its own name back. CleanUp removes or puts back what is
    left of it."""
    session, place = visit.session, visit.destination.place
    part = transfer.known_part.path
    if session.replaces_atomically:
        session.rename(part, name, replace=True)
        return transfer
    if not look_at(session, name).there:
        try:  # where the server shows no sizes, only its RENAME tells whether the name is taken
            session.rename(part, name, replace=False)
            return transfer
        except TargetExists:
            pass
    transfer = change_run(
        transfer.run_id, lambda current: current.step_aside(name, place), ports=ports
    )
    aside = transfer.aside.path if transfer.aside else ""
    session.remove(aside)  # an earlier try's; the file under `name` is a newer target
    session.rename(name, aside, replace=False)
    try:
        session.rename(part, name, replace=False)
    except TransferError:
        with suppress(TransferError):
            session.rename(aside, name, replace=False)
        raise
    return transfer


def _candidates(transfer: Transfer, base_path: str) -> Iterator[str]:
    target = resolve_target(base_path, transfer.target_path)
    yield target
    if transfer.if_exists is IfExists.KEEP_BOTH:
        for number in count(1):
            if number > MAX_NUMBER:
                return
            yield numbered(target, number)


def _decide_on(
    transfer: Transfer, name: str, existed_bytes: int | None, *, ports: Ports
) -> Transfer:
    return change_run(
        transfer.run_id, lambda current: current.decide_on(name, existed_bytes), ports=ports
    )


def _look(transfer: Transfer, session: PartnerSession, *, ports: Ports) -> Proven:
    """What is proven of the file under its name. A partner may take it away at once. Then what was
    seen before the rename stands."""
    path, before = transfer.final_path or "", transfer.known_proof.proven
    seen = look_at(session, path)
    if seen.there is False or transfer.verify is Verify.SIZE:
        return before
    require_size(transfer, path, seen)
    try:
        damage = find_damage(transfer, session, path, ports=ports)
    except UNSEEN:
        return before
    if damage is not None:
        what = f"A sample of chunk {damage.number}"
        raise TargetDamaged(path, what, damage.sent, damage.found)
    return before if before is Proven.READBACK else Proven.SAMPLED
