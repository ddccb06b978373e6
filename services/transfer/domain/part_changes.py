"""How a transfer comes to a part file, and gives it up for another one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from services.transfer.domain.checksums import FileChecksum
from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.errors import StepSuperseded, TransferCancelled, WrongState
from services.transfer.domain.names import part_path
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.strategy import Strategy
from services.transfer.domain.transfer_record import TransferRecord


@dataclass(frozen=True)
class PartChanges(TransferRecord):
    def active(self) -> Self:
        """Itself. Raises TransferCancelled or WrongState when no step may work for it."""
        if self.status is Status.CANCELLING:
            raise TransferCancelled(self.id)
        if self.status in ENDED or self.status is Status.FAILING:
            raise WrongState(self.id, self.status, "worked on")
        return self

    def record_part(self, part: PartFile, plan: ChunkPlan, strategy: Strategy) -> Self:
        """Records a new part file, with a ledger of its own, before the file exists. One that was
        recorded before stays. `part` is the one that `next_part` gave."""
        movable = self._movable()
        if self.part is not None:
            return movable
        fresh = replace(movable, generation=self.generation + 1, part=part)
        return replace(fresh, plan=plan, strategy=strategy)

    def next_part(self, target: str, place: str, now: datetime, *, direct: bool) -> PartFile:
        """The part file of the next generation, with a name of its own. A `direct` one has the
        target's name."""
        generation = self.generation + 1
        path = target if direct else part_path(target, self.id, generation)
        return PartFile(path, place, now, opening=False, direct=direct, generation=generation)

    def record_folder(self, part: PartFile, plan: ChunkPlan, strategy: Strategy) -> Self:
        """For many files. A later run goes on with the same ledger, as long as the files go to the
        same place."""
        movable = self._movable()
        if self.part is not None:
            return movable
        to = f"{part.place} {part.path}"
        goes_on = self.folder == to and self.plan == plan
        generation = self.generation if goes_on else self.generation + 1
        planned = replace(movable, generation=generation, plan=plan, strategy=strategy, folder=to)
        return replace(planned, part=replace(part, generation=generation, folder=True))

    def has_left(self, folder: PartFile) -> Self:
        """Of many files: the partner did not let us remove what lies below the folder."""
        if any(each.is_folder_of(folder) for each in self.leftovers):
            return self
        left = replace(folder, made=True, noted=True)
        return replace(self, leftovers=(*self.leftovers, left))

    def half_file(self) -> PartFile | None:
        """An earlier part file that had the name of this one, which only direct ones can have."""
        part = self.part
        return next((each for each in self.leftovers if part and part.has_name_of(each)), None)

    def opening(self, generation: int, path: str, now: datetime) -> Self:
        """A lane is about to create the part file under this path. Raises StepSuperseded when
        another lane was before: its request may still be on its way, so the name is not used again.
        Raises it also when another part file was recorded since."""
        part = self._part_of(generation)
        if part.opening or part.made:
            raise StepSuperseded(self.id)
        self._movable()
        part = replace(part, path=path, opening=True, recorded_at=now)
        # Perhaps it empties a half file, and dies. Then the ledger does not tell of it any more.
        left = (
            replace(each, generation=0, recorded_at=now) if part.has_name_of(each) else each
            for each in self.leftovers
        )
        return replace(self, part=part, leftovers=tuple(left))

    def not_created(self, generation: int) -> Self:
        """The server refused to create the part file. So there is nothing to remove, and its name
        may be tried again."""
        part = self._part_of(generation)
        return replace(self, part=replace(part, opening=False))

    def start_over(self, generation: int, now: datetime, *, damaged: bool = False) -> Self:
        """Gives up the part file of `generation`, because it cannot be written any further. The
        next one gets another name. Raises StepSuperseded when that was done already, and WrongState
        once the file is being proved or gets its name: a lane that comes late may miss it then."""
        self._part_of(generation)
        over = self._movable()._without_part(now)
        return replace(over, moved_again=self.moved_again or damaged)

    def keep_hash(self, generation: int, hashed: FileChecksum) -> Self:
        """Of all bytes written to the part file of `generation`."""
        self._part_of(generation)
        return replace(self, sent_checksum=hashed)

    def replan(self, generation: int, strategy: Strategy) -> Self:
        """The server was probed anew. Raises StepSuperseded when another part file was recorded
        since, and WrongState as start_over does."""
        self._part_of(generation)
        return replace(self._movable(), strategy=strategy, replanned=True)

    def _movable(self) -> Self:
        """Itself. Raises TransferCancelled or WrongState when it cannot be started any more."""
        if self.status not in {Status.REQUESTED, Status.MOVING, Status.PAUSED}:
            raise WrongState(self.active().id, self.status, "started")
        return self

    def _part_of(self, generation: int) -> PartFile:
        if generation != self.generation or self.part is None:
            raise StepSuperseded(self.id)
        return self.part
