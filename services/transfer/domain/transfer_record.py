"""What is on record of a transfer, and what becomes of the files it leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self, TypeVar

from services.transfer.domain.checksums import FileChecksum
from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.destination import Protocol
from services.transfer.domain.errors import (
    PartMissing,
    PartnerChecksumDiffers,
    SizeMismatch,
    TargetDamaged,
)
from services.transfer.domain.failure import Failure
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import Inventory
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.part_file import OldTarget, PartFile
from services.transfer.domain.proof import ALL_PERCENT, Proof, Receipt, Verify
from services.transfer.domain.selection import Selection
from services.transfer.domain.source import ObjectRef, Origin, SourceObject
from services.transfer.domain.status import ENDED, ENDING, Status
from services.transfer.domain.strategy import UNKNOWN, Strategy

T = TypeVar("T")
# Reasons that say: what has the name is not what was sent. So under the target's own name it may be
# somebody else's, and is not removed.
NOT_OURS = {
    SizeMismatch.code,
    TargetDamaged.code,
    PartnerChecksumDiffers.code,
    PartMissing.code,
}

# The generations of a transfer in one region and in another one are so far apart: no two part files
# of it may share a name at the partner.
GENERATIONS_APART = 1_000


@dataclass(frozen=True)
class DestinationLabel:
    """The destination as it was at the time of the request. Events show this."""

    name: str
    protocol: Protocol
    host: str
    port: int


@dataclass(frozen=True)
class RunId:
    """One execution of the workflow. Work for a run changes nothing in a later run."""

    transfer_id: str
    number: int


@dataclass(frozen=True)
class TransferRecord:
    """`run` counts executions of the workflow. `generation` counts part files. Each generation has
    a ledger of its own. Chunks, lanes and messages of another generation are void.
    """

    id: str
    owner: str
    correlation_id: str
    source: ObjectRef
    destination_id: str
    destination_label: DestinationLabel
    target_path: str  # relative to the destination's base path
    if_exists: IfExists
    verify: Verify
    requested_at: datetime
    updated_at: datetime
    readback_percent: int = ALL_PERCENT  # of the bytes, for Verify.READBACK
    sample_secret: str = ""  # nobody else knows which bytes are read back
    label: str | None = None  # its requester's own word, to find it by
    wanted_etag: str | None = None  # in every run; without it the newest object is sent
    origin: Origin | None = None
    status: Status = Status.REQUESTED
    selection: Selection | None = None  # of many objects; the source's key is prefix or manifest
    steered_by: str | None = None  # who asked for the last pause, resume, cancel or retry
    run: int = 1
    begun_run: int = 0  # the last run whose lanes may work
    started_run: int = 0  # the last run with a fact STARTED
    reopening: bool = False  # not all files that failed in an earlier run are open again
    generation: int = 0
    version: int = 0  # optimistic lock, kept by the store
    source_object: SourceObject | None = None
    plan: ChunkPlan | None = None  # of this generation
    strategy: Strategy | None = None  # of this generation
    replanned: bool = False  # the server was probed anew, because it did not do what was planned
    lanes: int = 0
    sent_checksum: FileChecksum | None = None  # of all bytes in order, where a lane computed it
    checksum_tries: int = 0  # connections that ended while the server computed its own
    moved_again: bool = False  # because the content differed; the second time it fails
    started_at: datetime | None = None
    expected_seconds: float | None = None  # from its start to its end; None also after a pause
    finished_at: datetime | None = None
    task_tokens: tuple[str, ...] = ()
    host_key_fingerprint: str | None = None
    part: PartFile | None = None  # of this generation; the ledger is about this file
    leftovers: tuple[PartFile, ...] = ()  # useless by now, and perhaps still at the partner
    aside: OldTarget | None = None
    keep_part_until: datetime | None = None  # of a failed transfer that may be retried
    look_again_at: datetime | None = None  # for leftovers that could not be removed
    proof: Proof | None = None
    final_path: str | None = None  # stored before the rename, so that a repeated commit looks there
    final_existed_bytes: int | None = None  # of the file under final_path before the rename
    failure: Failure | None = None  # why it failed; until its end: the last error it met
    delayed_at: datetime | None = None  # when the world was last told of such an error
    receipt: Receipt | None = None
    folder: str | None = None  # place and path that the plan of many files is for

    # --- what is left behind ---------------------------------------------------------------------

    def keep_part(self, until: datetime) -> Self:
        return replace(self, keep_part_until=until)

    def discard_part(self, now: datetime) -> Self:
        """The part file becomes a leftover. Its ledger is void from now on, so that no retry goes
        on from it while the file is removed. A part file that is still of use stays."""
        kept = self.keep_part_until is not None and self.keep_part_until > now
        over = self.status in ENDED or self.status in ENDING
        if self.part is None or kept or not over:
            return self
        left = replace(self._without_part(now), keep_part_until=None)
        if self.part.direct and self.failure is not None and self.failure.code in NOT_OURS:
            return replace(left, leftovers=self.leftovers)
        return left

    def without_ledger(self) -> Self:
        """In another region, where nobody has its ledger. A part file that may be at the partner is
        a leftover, and the source is looked at anew. Under the target's own name, or aside, may be
        what was delivered after the record left its region. That is not touched."""
        bare = replace(self._without_part(self.updated_at), plan=None, source_object=None)
        left = tuple(each for each in bare.leftovers if not each.direct)
        bare = replace(bare, leftovers=left, aside=None, folder=None, lanes=0, proof=None)
        bare = replace(bare, final_path=None, final_existed_bytes=None, sent_checksum=None)
        return replace(bare, strategy=None, keep_part_until=None, reopening=False)

    def from_elsewhere(self) -> Self:
        """The region that it comes from may have made more part files since."""
        rounds = self.generation // GENERATIONS_APART + 1
        return replace(self, generation=rounds * GENERATIONS_APART)

    @property
    def was_carried(self) -> bool:
        """From another region, which has the ledgers of its first generations."""
        return self.generation >= GENERATIONS_APART

    def leave_folder(self) -> Self:
        """Of many files, when no part file of ours can be there any more."""
        over = self.status in ENDED or self.status in ENDING
        return replace(self, part=None, keep_part_until=None) if over else self

    def removed(self, gone: Mapping[PartFile, PartFile | None], now: datetime) -> Self:
        """What became of each by `now`: None where it was seen to be gone. A file that may still be
        created stays on record."""
        left = []
        for each in self.leftovers:
            after = gone.get(each, each)
            if after is None and not each.settled(now):
                after = replace(each, swept=0, refused=False)
            if after is not None:
                left.append(after)
        return replace(self, leftovers=tuple(left))._receipt_of_now()

    def back_in_place(self) -> Self:
        """The old target does not have its other name any more."""
        return replace(self, aside=None)._receipt_of_now()

    def look_again(self, at: datetime | None) -> Self:
        return replace(self, look_again_at=at)

    def abandon_leftovers(self) -> Self:
        """Gives up removing them, because the partner has not let us for too long."""
        return replace(self, leftovers=(), aside=None, look_again_at=None)

    def _receipt_of_now(self) -> Self:
        if self.receipt is None:
            return self
        return replace(self, receipt=replace(self.receipt, left_behind=self.left_behind))

    def _without_part(self, now: datetime) -> Self:
        left = self.leftovers
        if self.part is not None and self.part.may_exist:
            known = [each for each in left if each.is_folder_of(self.part)]
            over = self.part.given_up(now, reopens=self.known_strategy.reopens)
            over = replace(over, noted=any(each.noted for each in known))
            left = (*(each for each in left if each not in known), over)
        without = replace(self, part=None, leftovers=left, look_again_at=None)
        if self.sends_many:  # what is delivered stays, and its ledger tells what is not
            return without
        return replace(
            without,
            plan=None,
            strategy=None,
            proof=None,
            sent_checksum=None,
            final_path=None,
            final_existed_bytes=None,
        )

    @property
    def part_made(self) -> bool:
        return self.part is not None and self.part.made

    @property
    def lanes_wanted(self) -> bool:
        """Whether lanes should be at work. The first creates the part file while the transfer is
        only requested. In a run that goes on with its part file they wait until the run begins, and
        until the files that failed before are open again: whoever found none would end the run."""
        if self.part is None or self.reopening:
            return False
        begun = self.status is Status.MOVING
        return begun or (self.status is Status.REQUESTED and not self.part.made)

    @property
    def delivered(self) -> bool:
        """The file has its name, and that is on record."""
        return self.status is Status.COMMITTING and self.part is None

    @property
    def has_started(self) -> bool:
        """Whether the world was told that this run has started. A run that was paused before its
        first byte has not."""
        return self.started_run == self.run

    @property
    def tidy(self) -> bool:
        """Whether nothing of ours can be at the partner but the target."""
        return self.part is None and not self.left_behind

    @property
    def left_behind(self) -> tuple[str, ...]:
        """Paths of files of ours that are useless by now and may still be at the partner."""
        aside = () if self.aside is None else (self.aside.path,)
        return (*(each.path_for_people(self.id) for each in self.leftovers), *aside)

    @property
    def known_source(self) -> SourceObject:
        """What InspectSource found. A ValueError means that it never ran, which is a workflow
        bug."""
        return _known(self.source_object, self.id, "source object")

    @property
    def sends_many(self) -> bool:
        """Many objects, each to a file of its own."""
        return self.selection is not None

    @property
    def known_selection(self) -> Selection:
        return _known(self.selection, self.id, "selection")

    @property
    def known_inventory(self) -> Inventory:
        return _known(self.known_source.inventory, self.id, "inventory")

    @property
    def listed_at(self) -> datetime:
        """When the oldest row of its inventory was written, or a little earlier."""
        found = self.source_object
        taken_at = found.inventory.taken_at if found and found.inventory else None
        return taken_at or self.started_at or self.requested_at

    @property
    def proves_at_the_end(self) -> bool:
        """Lanes go through all chunks a second time. Of many files each is proved by itself."""
        return self.verify is Verify.READBACK and not self.sends_many

    @property
    def known_plan(self) -> ChunkPlan:
        return _known(self.plan, self.id, "chunk plan")

    @property
    def known_strategy(self) -> Strategy:
        return self.strategy or UNKNOWN

    @property
    def known_part(self) -> PartFile:
        return _known(self.part, self.id, "part file")

    @property
    def known_proof(self) -> Proof:
        return _known(self.proof, self.id, "proof")

    @property
    def run_id(self) -> RunId:
        return RunId(self.id, self.run)

    @property
    def reads_share_back(self) -> bool:
        """Whether a share of the bytes is read back in the end, and not all of them."""
        return self.verify is Verify.READBACK and self.readback_percent < ALL_PERCENT

    @property
    def ledger(self) -> LedgerId:
        return LedgerId(self.id, self.generation)


def _known(value: T | None, transfer_id: str, what: str) -> T:
    if value is None:
        raise ValueError(f"transfer {transfer_id} has no {what} yet")
    return value
