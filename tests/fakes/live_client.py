"""A client of the WebSocket API that does what contracts.websocket says, and no more."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from contracts.websocket.live_transfer import LiveChange, Position
from contracts.websocket.server_messages import Delta, Error, Gone, Snapshot, read_message

DETAILS = ("chunk_runs", "receipt")
Known = dict[str, Any]  # a transfer as JSON


@dataclass
class Client:
    """`behind`: it has missed something, so it has to subscribe again."""

    connection_id: str
    known: dict[str, Known] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)  # request ids
    errors: list[Error] = field(default_factory=list)
    behind: bool = False
    messages: int = 0

    def receive(self, text: str) -> None:
        self.messages += 1
        message = read_message(text)
        if isinstance(message, Snapshot):
            for transfer in message.transfers:
                self._replace(transfer.model_dump(mode="json"))
        elif isinstance(message, Delta):
            for change in message.changes:
                self._apply(change)
        elif isinstance(message, Gone):
            for each in message.transfer_ids:
                self.known.pop(each, None)
        elif isinstance(message, Error):
            self.errors.append(message)
        if message.request_id and not getattr(message, "more", False):
            self.answered.add(message.request_id)

    def positions(self, only: Collection[str] | None = None) -> tuple[Position, ...]:
        names = ("transfer_id", "epoch", "seq")
        known = [each for name, each in self.known.items() if only is None or name in only]
        return tuple(Position(**{n: each[n] for n in names}) for each in known)

    def _replace(self, told: Known) -> None:
        known = self.known.get(told["transfer_id"])
        if known and known["epoch"] == told["epoch"]:
            if known["seq"] > told["seq"]:
                return  # overtaken by a later message
            if known["seq"] == told["seq"]:  # then null details are details that were not told
                told |= {each: told[each] or known[each] for each in DETAILS}
        self.known[told["transfer_id"]] = told

    def _apply(self, change: LiveChange) -> None:
        known = self.known.get(change.transfer_id)
        if known is None or known["epoch"] != change.epoch or known["seq"] < change.base:
            self.behind = True
            return
        if known["seq"] >= change.seq:
            return
        if change.chunk_changes is not None and known["seq"] != change.base:
            self.behind = True
            return
        known |= change.set.model_dump(mode="json")
        known["seq"] = change.seq
        for each in change.chunk_changes or ():
            known["chunk_runs"] = spliced(known["chunk_runs"], each.first, each.runs)


def spliced(runs: str, first: int, new: str) -> str:
    """Chunk by chunk, which is slow and plain."""
    chunks, changed = _chunks(runs), _chunks(new)
    whole = chunks[:first] + changed + chunks[first + len(changed) :]
    return "".join(f"{len(list(same))}{state}" for state, same in groupby(whole))


def _chunks(runs: str) -> str:
    return "".join(state * int(length) for length, state in re.findall(r"(\d+)([dmw])", runs))
