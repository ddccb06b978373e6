"""Decides what is told of a transfer next, and writes it."""

from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain.telling import CLOCKS_DIFFER, Telling, Told
from services.progress.domain_services.messages import live_change, live_transfer


def telling_of(known: KnownTransfer, now: Told, before: Told | None, again: bool) -> Telling:
    """`now` is what is claimed. Watchers who came between the two know the chunks from neither."""
    base = now.base
    fresh_since = before.at - CLOCKS_DIFFER if before else None
    if base is None:
        listed, detailed = (
            live_transfer(known, detail=detail).model_dump_json() for detail in (False, True)
        )
        steady = fresh = detailed
    else:
        listed = live_change(known, base, detail=False).model_dump_json()
        fresh = live_change(known, base, detail=True).model_dump_json()
        runs = before.runs if before and before.seq == base else None
        change = live_change(known, base, detail=True, runs_at_base=runs)
        steady = change.model_dump_json() if runs is not None else fresh
    return Telling(
        known.transfer_id, known.owner, base is None, listed, steady, fresh, fresh_since, again
    )
