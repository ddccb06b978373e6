"""Sends a small object to our own test partner, as a user would, and checks that it arrived."""

from contextlib import suppress
from datetime import timedelta

from kernel.metering import Unit
from services.synthetic.domain.errors import (
    AlreadySent,
    ApiRefused,
    EarlierHangs,
    NotCompleted,
    NotInTime,
    NotProven,
    SyntheticError,
)
from services.synthetic.domain.ports import ENDING, Ports, Receipt, Seen, Wish

LOOK_SECONDS = 2.0  # a user may call 100 times a minute
OFF = "off"
STANDS_BY = "region_stands_by"  # the API's code: the other region of the stage works
AROUND_SECONDS = 90.0  # of a run, beside its wait: it is over before the next one begins


def send_synthetic(run: str, *, ports: Ports) -> str:
    """`run` names what began it, so that a run that is begun twice sends once. A run counts once:
    completed, or failed for whatever reason. Returns completed, the code of what went wrong, or
    'off' where there is no test partner, or the region stands by."""
    wish, outcome = ports.policy.wish, "internal_error"
    if wish is None:
        return OFF
    try:
        seconds = _send(f"synthetic-{run}", wish, ports=ports)
        ports.meter.add("SyntheticSeconds", seconds, Unit.SECONDS)
        outcome = "completed"
    except SyntheticError as error:
        ports.log("synthetic transfer", str(error))
        outcome = OFF if _stands_by(error) else error.code
    finally:
        if outcome == "completed":
            ports.meter.add("SyntheticCompleted")
        elif outcome not in (OFF, AlreadySent.code):
            ports.meter.add("SyntheticFailed")
    return outcome


def _stands_by(error: SyntheticError) -> bool:
    return isinstance(error, ApiRefused) and error.problem == STANDS_BY


def _send(key: str, wish: Wish, *, ports: Ports) -> float:
    """How many seconds it took."""
    ports.ferry.log_in()
    try:
        _require_alone(key, ports=ports)
        began = ports.now()
        sent = ports.ferry.send(wish, key, ports.new_label())
        ended = _ended(sent, ports=ports)
        taken = (ports.now() - began).total_seconds()
        _require_proven(ended)
        return taken
    finally:
        with suppress(SyntheticError):  # its session ends by itself
            ports.ferry.log_out()


def _require_alone(key: str, *, ports: Ports) -> None:
    """What an earlier run left is cancelled, and nothing is sent beside it. A transfer that is so
    young belongs to a run that still looks after it. Raises AlreadySent, EarlierHangs."""
    active = ports.ferry.active()
    own = timedelta(seconds=ports.policy.wait_seconds + AROUND_SECONDS)
    old = [each for each in active if ports.now() - each.requested_at > own]
    for each in old:
        if each.state not in ENDING:
            ports.ferry.cancel(each.id)
    if old:
        raise EarlierHangs(old[0].id, old[0].state)
    if active:
        raise AlreadySent(key)


def _ended(seen: Seen, *, ports: Ports) -> Seen:
    """Raises NotInTime."""
    wait = ports.policy.wait_seconds
    end = ports.now() + timedelta(seconds=wait)
    while not seen.ended:
        if ports.now() >= end:
            with suppress(SyntheticError):  # the next run tries again
                ports.ferry.cancel(seen.id)
            raise NotInTime(seen.id, seen.state, wait)
        ports.pause(LOOK_SECONDS)
        seen = ports.ferry.look(seen.id)
    return seen


def _require_proven(ended: Seen) -> None:
    receipt = ended.receipt
    if ended.state != "completed" or receipt is None:
        raise NotCompleted(ended.id, ended.state, ended.reason or "no reason")
    size = ended.size_bytes or 0
    if (receipt.bytes_sent, receipt.proven) != (size, "readback"):
        raise _not_proven(ended, size, receipt)
    if receipt.source_checksum != "matched":
        raise _not_proven(ended, size, receipt)


def _not_proven(ended: Seen, size: int, receipt: Receipt) -> NotProven:
    return NotProven(ended.id, receipt.bytes_sent, size, receipt.proven, receipt.source_checksum)
