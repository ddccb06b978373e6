"""Events as a transfer would tell them, made of the published examples."""

from typing import Any

from contracts.catalogue import parse
from contracts.envelope import Event
from tests.contract.examples import FOLDER


class Told:
    """The events of one transfer. Each has the next sequence and the current run."""

    def __init__(self, transfer_id: str = "t-1") -> None:
        self.transfer_id = transfer_id
        self.run, self.sequence, self.count = 0, -1, 0

    def event(
        self, name: str, *, run: int | None = None, sequence: int | None = None
    ) -> Event[Any]:
        """`name` is the event's, without 'Transfer' and version. Requested begins the next run."""
        self.count += 1
        self.run = run if run is not None else self.run + (name == "Requested")
        self.sequence = sequence if sequence is not None else self.sequence + 1
        detail_type = f"Transfer{name}.v1"
        example = (FOLDER / detail_type / "2-minimal.json").read_text(encoding="utf-8")
        event = parse(detail_type, example)
        changes = {"transfer_id": self.transfer_id, "run": self.run, "sequence": self.sequence}
        return Event(
            meta=event.meta.model_copy(update={"event_id": f"{self.transfer_id}:{self.count}"}),
            data=event.data.model_copy(update=changes),
        )


def told(*names: str, transfer_id: str = "t-1") -> list[Event[Any]]:
    log = Told(transfer_id)
    return [log.event(name) for name in names]
