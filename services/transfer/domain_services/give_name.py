"""Gives the whole file its name, once, and looks at it there."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from services.transfer.domain.errors import (
    PermissionDenied,
    TargetDamaged,
    TargetError,
    TargetExists,
    TransferError,
    WriteRefused,
)
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.ledger import DoneChunk
from services.transfer.domain.names import candidates, resolve_target
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.proof import AtPartner, Proven, Verify
from services.transfer.domain.strategy import Replacing
from services.transfer.domain.transfer import Change, Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.compare_samples import UNSEEN, find_damage, sampled_bytes
from services.transfer.domain_services.doubt_profile import doubt_profile
from services.transfer.domain_services.look_at_target import (
    Look,
    look_at,
    renamed_before,
    require_a_file,
    require_size,
)
from services.transfer.domain_services.partner_session import Visit

Begin = Callable[[Transfer], Change]

MAX_UNSEEN = 20  # of them, where the server does not show which one is taken


def give_name(
    transfer: Transfer,
    visit: Visit,
    chunks: Sequence[DoneChunk],
    begin: Begin = Change,
    *,
    ports: Ports,
) -> Transfer:
    """It may run again after a rename whose answer was lost. Then it looks at both names and
    decides. In the end it looks at the file under its name, and the receipt says what it found.
    What `begin` changes, and the decision on the name, are one write."""
    part, session = transfer.known_part, visit.session
    if part.direct:
        return keep_name(transfer, begin, ports=ports)
    if not renamed_before(transfer, session, ports=ports):
        require_size(transfer, part.path, look_at(session, part.path, transfer.known_strategy))
        if transfer.known_strategy.sets_times:
            with suppress(TargetError):  # a courtesy, and the transfer does not depend on it
                session.set_modified(part.path, transfer.known_source.last_modified)
        try:
            transfer = _rename(transfer, visit, begin, ports=ports)
        except (PermissionDenied, WriteRefused) as refused:
            doubt_profile(visit.destination, refused, ports=ports)
            raise
    return finish_commit(transfer, session, chunks, ports=ports)


def finish_commit(
    transfer: Transfer, session: PartnerSession, chunks: Sequence[DoneChunk], *, ports: Ports
) -> Transfer:
    """The file has its name: looks at it, and stores that it is committed."""
    return _committed(transfer, *_look(transfer, session, chunks, ports=ports), ports=ports)


def keep_name(transfer: Transfer, begin: Begin = Change, *, ports: Ports) -> Transfer:
    """For a file that was written under its name. Nothing is left to do at the partner."""
    transfer = _decide_on(transfer, transfer.known_part.path, None, begin, ports=ports)
    proof = transfer.known_proof
    return _committed(transfer, proof.proven, proof.at_partner, ports=ports)


def _committed(transfer: Transfer, proven: Proven, seen: AtPartner, *, ports: Ports) -> Transfer:
    return change_run(
        transfer.run_id,
        lambda current: current.committed(proven, seen),
        ports=ports,
        known=transfer,
    )


def _rename(transfer: Transfer, visit: Visit, begin: Begin, *, ports: Ports) -> Transfer:
    """The target's kind is looked at again: a folder may have come since the transfer began."""
    keeps_both, session = transfer.if_exists is IfExists.KEEP_BOTH, visit.session
    unseen = 0
    target = resolve_target(visit.destination.base_path, transfer.target_path)
    for name in candidates(target, keeps_both=keeps_both):
        seen = look_at(session, name, transfer.known_strategy)
        require_a_file(name, seen)
        if seen.there and keeps_both:
            continue
        if seen.there and transfer.if_exists is IfExists.FAIL:
            raise TargetExists(name)
        transfer = _decide_on(transfer, name, seen.size_bytes, begin, ports=ports)
        begin = Change
        try:
            if transfer.if_exists is IfExists.REPLACE:
                return _replace(transfer, name, seen, visit, ports=ports)
            session.rename(transfer.known_part.path, name, replace=False)
            return transfer
        except TargetExists:
            if not keeps_both:
                raise
        except WriteRefused:
            unseen += 1
            if not keeps_both or seen.there is not None or unseen >= MAX_UNSEEN:
                raise
    raise TargetExists(transfer.target_path)


def _replace(transfer: Transfer, name: str, seen: Look, visit: Visit, *, ports: Ports) -> Transfer:
    """Where the server cannot replace in one step, the old target gets another name, which is
    recorded first. On a failure it gets its own name back. CleanUp removes or puts back what is
    left of it."""
    session, part = visit.session, transfer.known_part.path
    replacing = transfer.known_strategy.replacing
    if replacing is None:
        replacing = Replacing.POSIX_RENAME if session.replaces_atomically else Replacing.ASIDE
    if replacing is Replacing.POSIX_RENAME and session.replaces_atomically:
        try:
            session.rename(part, name, replace=True)
            return transfer
        except (PermissionDenied, WriteRefused) as refused:  # offered, and it does not work here
            doubt_profile(visit.destination, refused, ports=ports)
    if not seen.there or replacing is Replacing.RENAME:
        try:  # where the server does not show it, only its RENAME tells whether the name is taken
            session.rename(part, name, replace=False)
            return transfer
        except TargetExists:
            pass
    return _by_stepping_aside(transfer, name, visit, ports=ports)


def _by_stepping_aside(transfer: Transfer, name: str, visit: Visit, *, ports: Ports) -> Transfer:
    session, place, before = visit.session, visit.destination.place, transfer.aside
    transfer = change_run(
        transfer.run_id, lambda current: current.step_aside(name, place), ports=ports
    )
    aside, part = transfer.aside.path if transfer.aside else "", transfer.known_part.path
    if before == transfer.aside:
        session.remove(aside)  # an earlier try's; the file under `name` is a newer target
    session.rename(name, aside, replace=False)
    try:
        # A folder may have come between the look and the rename. It gets its name back.
        require_a_file(name, look_at(session, aside, transfer.known_strategy))
        session.rename(part, name, replace=False)
    except TransferError:
        with suppress(TransferError):
            session.rename(aside, name, replace=False)
        raise
    return transfer


def _decide_on(
    transfer: Transfer, name: str, existed_bytes: int | None, begin: Begin, *, ports: Ports
) -> Transfer:
    def decide(current: Transfer) -> Change:
        begun = begin(current)
        return replace(begun, transfer=begun.transfer.decide_on(name, existed_bytes, transfer))

    return change_run(transfer.run_id, decide, ports=ports, known=transfer)


def _look(
    transfer: Transfer, session: PartnerSession, chunks: Sequence[DoneChunk], *, ports: Ports
) -> tuple[Proven, AtPartner]:
    """What is proven of the file under its name. A partner may take it away at once. Then what was
    seen before the rename stands."""
    path, proof = transfer.final_path or "", transfer.known_proof
    before = proof.proven, proof.at_partner
    look = look_at(session, path, transfer.known_strategy)
    if look.there is False or transfer.verify is Verify.SIZE:
        return before
    require_size(transfer, path, look)
    try:
        damage = find_damage(transfer, session, path, chunks, ports=ports)
    except UNSEEN:
        return before
    if damage is not None:
        what = f"A sample of chunk {damage.number}"
        raise TargetDamaged(path, what, damage.sent, damage.found)
    read = max(proof.at_partner.read_back_bytes or 0, sampled_bytes(transfer, chunks))
    proven = before[0] if before[0] is Proven.READBACK else Proven.SAMPLED
    return proven, replace(proof.at_partner, read_back_bytes=read)
