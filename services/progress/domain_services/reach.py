"""Sends messages to a connection. It may be gone, or too slow to take them in."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta

from contracts.websocket.server_messages import Error
from services.progress.domain.audience import Watch
from services.progress.domain.errors import Gone, ProgressError, Slow, TooSlow
from services.progress.domain.ports import Ports
from services.progress.domain.telling import CatchUp

MAX_TRIES = 10  # to catch up, with delays of 1, 2, 4 ... 256, 300 s: a quarter of an hour
MAX_DELAY_SECONDS = 300
# A watch that is behind is told nothing until its message has come, or is this much overdue.
OVERDUE = timedelta(minutes=2)
# Who takes longer for several messages is slow. Else one connection would use up a function's time.
HEAD_START, EACH = timedelta(seconds=3), timedelta(seconds=0.1)
NO_PIECES = timedelta(seconds=10)  # for a slow connection: each try holds up a thread for 2 s


def reach(
    connection_id: str,
    messages: Iterable[str],
    watches: Sequence[Watch],
    *,
    ports: Ports,
    tries: int = 0,
) -> bool:
    """False when the connection is gone, and then all its rows are. One that is slow is brought up
    to date later in what `watches` are for. `tries` is how often that was tried before."""
    until = ports.now() + HEAD_START
    try:
        for message in messages:
            if ports.now() > until:
                raise Slow(connection_id)
            ports.sockets.post(connection_id, message)
            until += EACH
    except Gone:
        forget(connection_id, watches, ports=ports)
        return False
    except Slow:
        for watch in watches:
            _fall_behind(watch, tries, ports)
    return True


def forget(connection_id: str, watches: Iterable[Watch] = (), *, ports: Ports) -> None:
    """Removes the rows of a connection, and `watches`, which it may not know of any more."""
    ports.connections.remove(connection_id)
    for watch in watches:
        ports.audiences.leave(watch)


def end(connection_id: str, reason: ProgressError, *, ports: Ports) -> None:
    """Says why, and ends the connection. Its rows go last, so that a crash before leaves them to be
    found again. Raises Slow."""
    try:
        _post_error(connection_id, reason, None, True, ports)
        ports.sockets.end(connection_id)
    except Gone:
        pass
    ports.connections.remove(connection_id)


def say(connection_id: str, error: ProgressError, request_id: str | None, *, ports: Ports) -> None:
    """Answers a mistake. A connection that is slow misses it."""
    try:
        _post_error(connection_id, error, request_id, False, ports)
    except Gone:
        forget(connection_id, ports=ports)


def _post_error(
    connection_id: str, error: ProgressError, request_id: str | None, closing: bool, ports: Ports
) -> None:
    message = Error(
        request_id=request_id,
        sent_at=ports.now(),
        code=error.code,
        message=str(error),
        closing=closing,
    )
    with suppress(Slow):
        ports.sockets.post(connection_id, message.model_dump_json())


def _fall_behind(watch: Watch, tries: int, ports: Ports) -> None:
    """The mark comes first. Without it, a catch-up that runs at once would leave the mark behind
    it. A piece of an answer is not told again: the answer itself can be read."""
    if watch.audience.is_conversation:
        ports.audiences.fall_behind(watch, ports.now() + NO_PIECES, ports.now())
        return
    if tries >= MAX_TRIES:
        try:
            end(watch.connection_id, TooSlow(), ports=ports)
        except Slow:  # it cannot even be ended; its next question is refused
            forget(watch.connection_id, [watch], ports=ports)
        return
    delay = min(MAX_DELAY_SECONDS, 2**tries)
    now = ports.now()
    until = now + timedelta(seconds=delay) + OVERDUE
    if ports.audiences.fall_behind(watch, until, now):
        message = CatchUp(watch.audience.name, watch.shard, watch.connection_id, tries + 1)
        ports.notices.put(message, delay)
