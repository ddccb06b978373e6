"""What must hold, whatever happens. Each promise has a name, and each breach is told in words."""

import re
from itertools import pairwise
from time import monotonic

from contracts.catalogue import parse
from contracts.sequences import SequenceBroken, check_sequence
from contracts.transfer_events import TransferDelayedV1
from services.transfer.domain.errors import NoSessionFree, TransferError
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.transfer import DELAYS_APART, Transfer
from services.transfer.handlers.workflow_step import MoveAgain, PermanentFailure, TransientFailure
from services.transfer.use_cases.publish_pending import NotPublished
from tests.fakes.actors import Actor
from tests.storm.faults import StoreDown
from tests.storm.world import BODY, OLD_BODY, TARGET, StormWorld

PROMISES = (
    "whole-file",  # completed: every byte is at the partner
    "told-as-it-is",  # failed or cancelled: the file was not delivered
    "kept-part-stays",  # of a failed transfer that may be retried
    "no-part-left",
    "left-alone",  # nobody writes to a file that was completed
    "old-file-stays",  # until ours has its name
    "sessions",  # never more at once than allowed, except for workers that slept past their lease
    "events",
    "ends",
    "no-bug",  # no actor ends with an unexpected error
)
TOLD = re.compile(
    r"partner\.(connect|open_part|create_file|remove|rename)|sink\.write|ledger\.claim"
)


FORESEEN = (
    TransferError,
    TransientFailure,
    PermanentFailure,
    MoveAgain,
    NotPublished,
    StoreDown,
)
FIRST: dict[str, float] = {}  # when each promise was first broken, before the shrinking


class PromiseBroken(AssertionError):
    """The message tells what happened before, in order."""


class Judge:
    """Watches every call. `broken` tells in words which promise was broken first."""

    def __init__(self, world: StormWorld, promises: frozenset[str]) -> None:
        self.world, self.promises = world, promises
        self.broken: str | None = None
        self._status = world.row.status
        self._last_call: dict[str, float] = {}
        self._overslept = 0
        world.calls.observers.append(self._see)
        world.stage.on_end = self.see_end

    def require(self) -> None:
        if self.broken is not None:
            story = "\n  ".join(self.world.stage.told[-120:])
            raise PromiseBroken(f"{self.broken}\nWhat happened:\n  {story}")

    def breach(self, promise: str, words: str) -> None:
        if promise in self.promises and self.broken is None:
            FIRST.setdefault("at", monotonic())
            self.broken = f"[{promise}] {words}"

    # --- at every call ---------------------------------------------------------------------------

    def _see(self, name: str, arguments: tuple[object, ...], answer: object) -> None:
        self._note_sleep()
        if TOLD.fullmatch(name):
            self._tell(name, arguments, answer)
        if name == "transfers.save" and isinstance(answer, Transfer):
            self._see_status(answer)
        elif name == "sink.write":
            self._see_write()
        elif name == "partner.remove":
            self._see_removal(str(arguments[0]))
        elif name == "partner.connect":
            self._see_sessions()

    def _tell(self, name: str, arguments: tuple[object, ...], answer: object) -> None:
        shown = [
            f"{len(each)} bytes" if isinstance(each, bytes) else str(each) for each in arguments
        ]
        told = ""
        if name == "partner.connect":
            shown = []
        if name == "ledger.claim":
            shown = [f"generation {getattr(arguments[0], 'generation', '?')}"]
            told = f" -> chunk {getattr(answer, 'number', 'none')}"
        who = self.world.calls.life().name
        self.world.stage.told.append(f"{who}: {name}({', '.join(shown)}){told}")

    def _see_status(self, row: Transfer) -> None:
        if row.status is self._status:
            return
        self._status = row.status
        why = f" ({row.failure.code})" if row.failure else ""
        who = self.world.calls.life().name
        self.world.stage.told.append(f"{who}: the transfer is {row.status}{why}, run {row.run}")
        if row.status is Status.COMPLETED:
            self.require_whole(row, "when it was completed")

    def require_whole(self, row: Transfer, when: str) -> None:
        if self.world.damaged:
            return
        found = self.world.partner.files.get(row.final_path or "")
        if found is None:
            self.breach("whole-file", f"{when}, nothing was under {row.final_path}")
        elif bytes(found) != BODY:
            wrong = [n for n, byte in enumerate(BODY) if n >= len(found) or found[n] != byte]
            zeros = sum(1 for n in wrong if n < len(found) and found[n] == 0)
            self.breach(
                "whole-file",
                f"{when}, {len(wrong)} of {len(BODY)} bytes from offset {wrong[:1]} on were wrong,"
                f" {zeros} of them zeros",
            )

    def _see_removal(self, path: str) -> None:
        row = self.world.row
        kept = row.status is Status.FAILED and row.keep_part_until is not None
        until = row.keep_part_until
        part = row.part.path if row.part else None
        if kept and until is not None and until > self.world.clock and path == part:
            who = self.world.calls.life().name
            self.breach("kept-part-stays", f"{who} removed {path}, which was kept until {until}")

    def _see_write(self) -> None:
        target = self.world.partner.files.get(self.world.row.final_path or "")
        if target is not None and target is self.world.partner.last_written:
            who = self.world.calls.life().name
            self.breach("left-alone", f"{who} wrote to a file that has its name already")

    def _note_sleep(self) -> None:
        """A worker that was silent for a whole lease may meet its successor at the partner."""
        name, now = self.world.calls.life().name, self.world.elapsed
        if now - self._last_call.get(name, now) > self.world.policy.lease_seconds:
            self._overslept += 1
        self._last_call[name] = now

    def _see_sessions(self) -> None:
        allowed = self.world.new_destination().max_sessions
        slow = [
            actor
            for actor in self.world.stage.actors
            if self.world.elapsed - self._last_call.get(actor.name, self.world.elapsed)
            > self.world.policy.lease_seconds
        ]
        found = self.world.partner.open_sessions
        if found > allowed + len(slow) + self._overslept:
            self.breach("sessions", f"{found} sessions were open at once, {allowed} are allowed")

    def see_end(self, actor: Actor) -> None:
        error = actor.error
        if error is not None and not isinstance(error, FORESEEN):
            self.breach("no-bug", f"{actor.name} ended with {type(error).__name__}: {error}")

    # --- when all has settled --------------------------------------------------------------------

    def delivered(self) -> list[str]:
        files = self.world.partner.files
        return [path for path, found in files.items() if is_target(path) and bytes(found) == BODY]

    def judge_outcome(self) -> None:
        row, direct = self.world.row, self.world.about.server.direct
        if row.status not in ENDED:
            self.breach("ends", f"the transfer is still {row.status} after all has settled")
        elif row.status is Status.COMPLETED:
            self.require_whole(row, "at the end")
        elif not direct and self.delivered() and not (row.failure and row.failure.retryable):
            why = row.failure.code if row.failure else "nothing"
            self.breach(
                "told-as-it-is",
                f"{self.delivered()} was delivered whole, but the transfer is {row.status} ({why})",
            )

    def judge_rest(self) -> None:
        left = [path for path in self.world.partner.files if not is_target(path)]
        if left:
            row = self.world.row
            known = [row.part.path] if row.part else []
            unknown = set(left) - {*known, *row.left_behind}
            self.breach("no-part-left", f"{left} stays at the partner, {unknown} on no record")
        self._judge_old_file()
        self._judge_events()

    def _judge_old_file(self) -> None:
        about, found = self.world.about, self.world.partner.files.get(TARGET)
        if not about.old_file or self.world.damaged_late:
            return
        if about.server.direct and about.if_exists is IfExists.REPLACE:
            return  # it is written over from the first byte on
        replaced = about.if_exists is IfExists.REPLACE and found is not None
        if found is None or (bytes(found) != OLD_BODY and not replaced):
            self.breach("old-file-stays", f"{TARGET} held {OLD_BODY!r}, and now {found!r}")
        elif replaced and bytes(found) not in (OLD_BODY, BODY) and not self.world.damaged:
            self.breach("old-file-stays", f"{TARGET} is neither the old file nor ours")

    def _judge_events(self) -> None:
        parsed = (parse(each.detail_type, each.detail) for each in self.world.bus.taken)
        events = [each for each in parsed if each.data.transfer_id == self.world.id]
        try:
            check_sequence(events)
        except SequenceBroken as broken:
            self.breach("events", str(broken))
        told = {each.meta.event_id: each.data for each in events}.values()
        tries = [each for each in told if isinstance(each, TransferDelayedV1) and is_a_try(each)]
        times = sorted(each.delayed_at for each in tries)
        if any(later - sooner < DELAYS_APART for sooner, later in pairwise(times)):
            self.breach("events", f"failed tries were told at {[str(each) for each in times]}")


def is_a_try(delayed: TransferDelayedV1) -> bool:
    return delayed.trouble.code != NoSessionFree.code


def is_target(path: str) -> bool:
    return not path.endswith((".part", ".old"))
