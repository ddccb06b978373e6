"""Has a connection told of some transfers, or of a list, and sends what they are now. Of a
conversation with the agent nothing is kept here, so it is only sent that it is watched.

The watch is stored first, and the states are read then. A change after that is told by whoever
tells the watchers. Its message may be faster than ours, and the client cannot use it before it has
ours. So the states are read once more when ours has been sent, and only the message after that says
that the answer is complete. A client that does not get it asks again.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from contracts.websocket.client_messages import Subscribe
from contracts.websocket.live_transfer import Position
from kernel.caller import SEE_ALL_TRANSFERS
from services.progress.domain.audience import Watch, shard_of
from services.progress.domain.connection import Connection
from services.progress.domain.errors import ConnectionOver, RoleMissing
from services.progress.domain.known_transfer import KnownTransfer
from services.progress.domain.ports import Ports
from services.progress.domain_services import frames
from services.progress.domain_services.ask import (
    Change,
    audiences_of,
    change_connection,
    watches_of_lists,
)
from services.progress.domain_services.messages import live_change, live_transfer
from services.progress.domain_services.reach import reach
from services.progress.domain_services.states import read_states

States = Mapping[str, KnownTransfer]


def subscribe(connection_id: str, asked: Subscribe, *, ports: Ports) -> None:
    """Raises ConnectionOver, ConnectionBusy, StatesNotRead and Refused."""
    watches: list[Watch] = []

    def decide(before: Connection) -> Change:
        watches.clear()
        now, joined = _joining(before, asked, ports)
        watches.extend(joined)
        return now, [*joined, *watches_of_lists(now, before, ports=ports)], ()

    connection = change_connection(connection_id, decide, ports=ports)
    if asked.conversation is not None:
        watched = frames.snapshots((), ports.now(), asked.request_id)
        reach(connection_id, watched, watches, ports=ports)
        return
    told = _read(connection, asked, ports)
    answer = list(_answer(connection, asked, told, ports))
    if not reach(connection_id, answer, watches, ports=ports):
        return
    later = _read(connection, asked, ports)
    # Another message of the client may have been answered meanwhile, with details that ours lacks.
    # One that is not seen here reads states that are as new as ours, so the client keeps them.
    now = ports.connections.read(connection_id, ports.now())
    if now is None:
        raise ConnectionOver
    told = {n: each for n, each in told.items() if (n in now.itself) == (n in connection.itself)}
    rest = _rest(now, asked, told, later, bool(answer), ports.now())
    reach(connection_id, rest, watches, ports=ports)


def _joining(
    before: Connection, asked: Subscribe, ports: Ports
) -> tuple[Connection, Sequence[Watch]]:
    if asked.scope == "all" and not before.sees_all:
        raise RoleMissing(", ".join(sorted(SEE_ALL_TRANSFERS)))
    at = ports.now()
    audiences = audiences_of(asked, before)
    now = before.has_been_asked(at)
    new = [each for each in audiences if each not in before.watches]
    now.watching(dict.fromkeys(new, (0, 1)))  # before anything is read for them
    shards = ports.audiences.keep_shards(audiences, at, before.ends_at)
    now = now.watching({a: (shard_of(before.id, n), n) for a, n in shards.items()})
    return now, [now.watch(each, at, shards[each]) for each in audiences]


def _read(connection: Connection, asked: Subscribe, ports: Ports) -> States:
    """Those that it may see. For another's the same calls are made as for one that is not. What the
    client knows of a list may have ended meanwhile, and not stand there any more."""
    if asked.transfers is not None:
        found = ports.lists.read_many(asked.transfers)
    else:
        [audience] = audiences_of(asked, connection)
        listed = read_states(audience, ports=ports)
        others = [n for each in asked.known if (n := each.transfer_id) not in listed]
        found = {**listed, **ports.lists.read_many(others)}
    visible = connection.sees_all
    return {n: each for n, each in found.items() if visible or each.owner == connection.user}


def _answer(connection: Connection, asked: Subscribe, found: States, ports: Ports) -> Iterator[str]:
    """All of it says that more comes. Nothing, where there is nothing to tell."""
    at = ports.now()
    itself = connection.itself
    missed = {each.transfer_id: each for each in asked.known if _is_known(each, found)}
    whole = [
        live_transfer(each, detail=name in itself).model_dump_json()
        for name, each in found.items()
        if name not in missed
    ]
    named = asked.transfers or [each.transfer_id for each in asked.known]
    lost = [each for each in dict.fromkeys(named) if each not in found]
    if whole:
        yield from frames.snapshots(whole, at, asked.request_id, more=True)
    if missed:
        changes = [
            live_change(found[name], position.seq, detail=name in itself).model_dump_json()
            for name, position in missed.items()
            if position.seq < found[name].seq
        ]
        yield from frames.deltas(changes, at, asked.request_id, recovered=True, more=True)
    if lost:
        yield frames.not_found(lost, at, asked.request_id)


def _is_known(position: Position, found: States) -> bool:
    now = found.get(position.transfer_id)
    return now is not None and position.epoch == now.epoch and position.seq <= now.seq


def _rest(
    connection: Connection,
    asked: Subscribe,
    told: States,
    later: States,
    is_answered: bool,
    at: datetime,
) -> Iterator[str]:
    """What has changed since the answer was made. Its last message says that nothing more comes."""
    whole, changes = [], []
    for name, now in later.items():
        detail, before = name in connection.itself, told.get(name)
        if before is None or before.epoch != now.epoch:
            whole.append(live_transfer(now, detail=detail).model_dump_json())
        elif before.seq < now.seq:
            changes.append(live_change(now, before.seq, detail=detail).model_dump_json())
    if whole or not is_answered:
        yield from frames.snapshots(whole, at, asked.request_id, more=is_answered)
    if is_answered:
        yield from frames.deltas(changes, at, asked.request_id)
