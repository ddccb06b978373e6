"""State CommitTarget: gives the whole file its name, once."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from services.transfer.domain.errors import TargetExists
from services.transfer.domain.names import numbered, resolve_target
from services.transfer.domain.ports import OutboxEvent, PartnerSession, Ports
from services.transfer.domain.transfer import IfExists, RunId, Status, Transfer
from services.transfer.use_cases.change_transfer import change_run
from services.transfer.use_cases.partner_session import partner_session
from services.transfer.use_cases.renamed_before import renamed_before

MAX_NUMBER = 1_000  # names tried beside an existing one


def commit_target(run: RunId, *, ports: Ports) -> None:
    """May run again after a rename whose answer was lost: it looks at both names, then decides."""
    allowed = {Status.VERIFYING, Status.COMMITTING}

    def committing(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        return current.moved_to(
            Status.COMMITTING, ports.now(), wish="committed", allowed=allowed
        ), []

    transfer = change_run(run, committing, ports=ports)
    if transfer.part_path is None:
        return
    with partner_session(transfer.destination_id, f"{transfer.id}/commit", ports=ports) as session:
        if not renamed_before(transfer, session):
            _rename(transfer, session, ports=ports)

    def committed(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        return replace(current, part_path=None), []

    change_run(run, committed, ports=ports)


def _rename(transfer: Transfer, session: PartnerSession, *, ports: Ports) -> None:
    replacing = transfer.if_exists is IfExists.REPLACE
    for name in _candidates(transfer, ports=ports):
        existed_bytes = session.size(name)
        if transfer.if_exists is IfExists.KEEP_BOTH and existed_bytes is not None:
            continue
        _decide_on(transfer.run_id, name, existed_bytes, ports=ports)
        try:
            return session.rename(transfer.part, name, replace=replacing)
        except TargetExists:
            if transfer.if_exists is not IfExists.KEEP_BOTH:
                raise
    raise TargetExists(transfer.target_path)


def _candidates(transfer: Transfer, *, ports: Ports) -> Iterator[str]:
    destination = ports.destinations.read(transfer.destination_id)
    target = resolve_target(destination.base_path, transfer.target_path)
    yield target
    if transfer.if_exists is IfExists.KEEP_BOTH:
        for number in count(1):
            if number > MAX_NUMBER:
                return
            yield numbered(target, number)


def _decide_on(run: RunId, name: str, existed_bytes: int | None, *, ports: Ports) -> None:
    def decide(current: Transfer) -> tuple[Transfer, list[OutboxEvent]]:
        return replace(current, final_path=name, final_existed_bytes=existed_bytes), []

    change_run(run, decide, ports=ports)
