"""One transfer, and all the ways in which its state may change."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.transfer.domain.errors import StepSuperseded, TransferCancelled, WrongState
from services.transfer.domain.failure import Failure
from services.transfer.domain.names import aside_path
from services.transfer.domain.part_changes import PartChanges
from services.transfer.domain.part_file import OldTarget, PartFile
from services.transfer.domain.proof import AtPartner, Proof, Proven, Receipt
from services.transfer.domain.source import SourceObject
from services.transfer.domain.status import (
    CANCELLABLE,
    END_OF,
    ENDED,
    ENDING,
    LANES_WORK,
    UNDER_WAY,
    Fact,
    Status,
)
from services.transfer.domain.tries import Tries

DELAYS_APART = timedelta(seconds=1)  # so far apart the world is told of failed tries
TOKENS_KEPT = 8  # one for each start of a step that may still live


@dataclass(frozen=True)
class Transfer(PartChanges):
    """Its methods are the only place where the state of a transfer changes."""

    # --- what its user asks for ------------------------------------------------------------------

    def pause(self, now: datetime, by: str) -> "Change":
        if self.status is Status.PAUSED:
            return Change(self)
        allowed = {Status.REQUESTED, Status.MOVING}
        paused = self._moved_to(Status.PAUSED, now, wish="paused", allowed=allowed)
        # From now on its time says nothing of the line.
        return Change(replace(paused, steered_by=by, expected_seconds=None), (Fact.PAUSED,))

    def resume(self, now: datetime, by: str) -> "Change":
        status = Status.MOVING if self.begun_run == self.run else Status.REQUESTED
        resumed = self._moved_to(status, now, wish="resumed", allowed={Status.PAUSED})
        return replace(resumed, steered_by=by)._told_of_start((Fact.RESUMED,))

    def cancel(self, now: datetime, by: str) -> "Change":
        if self.status in {Status.CANCELLING, Status.CANCELLED}:
            return Change(self)
        after = self._moved_to(Status.CANCELLING, now, wish="cancelled", allowed=CANCELLABLE)
        return Change(replace(after, steered_by=by))

    def retry(self, now: datetime, by: str, *, go_on: bool) -> "Change":
        """Starts a failed transfer again. With `go_on` it uses the ledger and the part file of the
        failed run. Without it that file becomes a leftover, and the source is inspected anew.
        """
        again = self._moved_to(Status.REQUESTED, now, wish="retried", allowed={Status.FAILED})
        again = replace(
            again,
            run=self.run + 1,
            steered_by=by,
            failure=None,
            expected_seconds=None,
            finished_at=None,
            task_tokens=(),
            keep_part_until=None,
            moved_again=False,
            checksum_tries=0,
            replanned=False,
            reopening=go_on and self.sends_many,
        )
        if not go_on:
            again = replace(again._without_part(now), source_object=None, plan=None)
        # What has the target's name after the end of a run may be another file.
        left = tuple(each for each in again.leftovers if not each.direct)
        return Change(replace(again, leftovers=left), (Fact.REQUESTED,))

    # --- moving ----------------------------------------------------------------------------------

    def pin(self, found: SourceObject) -> "Transfer":
        """Keeps what the first look at the source found."""
        return replace(self.active(), source_object=self.source_object or found)

    def awaited(self, task_token: str) -> "Transfer":
        """Adds a token of the workflow. Earlier tokens stay, because no function of a repeated step
        can tell whether it is the late one."""
        known = (*(each for each in self.task_tokens if each != task_token), task_token)
        committing = self.status is Status.COMMITTING  # a lane of an earlier start was that quick
        waited = self if committing else self._movable()
        return replace(waited, task_tokens=known[-TOKENS_KEPT:])

    def begin(
        self, generation: int, lanes: int, fingerprint: str | None, now: datetime
    ) -> "Change":
        """The part file of `generation` was created, or was there before. A paused transfer stays
        paused, and STARTED follows when it is resumed. Raises StepSuperseded when another part file
        was recorded since."""
        part, begun = self._part_of(generation), self.active()
        left = tuple(each for each in self.leftovers if each.folder or not part.has_name_of(each))
        if self.status is not Status.PAUSED:
            allowed = {Status.REQUESTED, Status.MOVING}
            begun = self._moved_to(Status.MOVING, now, wish="started", allowed=allowed)
        begun = replace(
            begun,
            begun_run=self.run,
            part=replace(part, made=True),
            leftovers=left,
            lanes=max(1, min(lanes, self.known_plan.total)),
            started_at=self.started_at or now,
            host_key_fingerprint=fingerprint or self.host_key_fingerprint,
        )
        return begun._told_of_start(())

    def verifying(self, now: datetime) -> "Change":
        """Everything is moved. A pause that came after the last chunk came too late: the transfer
        goes on, and RESUMED says so. Raises WrongState when its lanes never started in this run."""
        if not self.active().has_started or not self.part_made:
            raise WrongState(self.id, self.status, "verified")
        allowed = {Status.MOVING, Status.PAUSED, Status.VERIFYING}
        after = self._moved_to(Status.VERIFYING, now, wish="verified", allowed=allowed)
        after = after.relieved(lambda tries: tries.lane is not None)
        if self.status is not Status.PAUSED:
            return Change(after)
        return Change(replace(after, steered_by=None), (Fact.RESUMED,))

    def move_again(self, part: str, now: datetime) -> "Transfer":
        """Moves everything once more into another part file, because the content of `part` differs
        and nobody knows where. Only once: the second time it raises WrongState. Nothing changes
        when `part` is not the recorded part file any more."""
        if self.part is None or self.part.path != part:
            return self
        if self.moved_again:
            raise WrongState(self.id, self.status, "moved once more again")
        allowed = {Status.VERIFYING}
        again = self._moved_to(Status.MOVING, now, wish="moved again", allowed=allowed)
        return replace(again._without_part(now), moved_again=True)

    def files_settled(self, told: Failure | Proof, now: datetime) -> "Change":
        """Every file of many has its outcome. A pause that came too late is over."""
        if isinstance(told, Failure):
            return Change(self.active().fail(told, now))
        verifying = self.verifying(now)
        proved = verifying.transfer.proved(told)
        path = proved.known_part.path
        done = replace(proved.committing(now), final_path=path, part=None, keep_part_until=None)
        return replace(verifying, transfer=done)

    def checksum_unanswered(self) -> "Transfer":
        """The connection ended while the server computed its checksum. See MAX_TRIES."""
        return replace(self, checksum_tries=self.checksum_tries + 1)

    def proved(self, proof: Proof) -> "Transfer":
        if self.status is not Status.VERIFYING or self.part is None or proof.part != self.part.path:
            raise WrongState(self.id, self.status, "proved")
        return replace(self, proof=proof)

    def proved_by_lane(self, proof: Proof, now: datetime) -> "Change":
        """The lane that moved the last byte has proved the file, and gives it its name now."""
        verifying = self.verifying(now)
        return replace(verifying, transfer=verifying.transfer.proved(proof).committing(now))

    # --- giving the file its name ----------------------------------------------------------------

    def committing(self, now: datetime) -> "Transfer":
        """Raises ValueError when the part file is not the one that was proved."""
        allowed = {Status.VERIFYING, Status.COMMITTING}
        after = self._moved_to(Status.COMMITTING, now, wish="committed", allowed=allowed)
        if self.part is None and self.status is Status.VERIFYING:
            raise ValueError(f"transfer {self.id} has no part file to commit")
        if self.part is not None and self.known_proof.part != self.part.path:
            raise ValueError(f"transfer {self.id}: {self.part.path} was never proved")
        return after

    def decide_on(self, name: str, existed_bytes: int | None, seen: "Transfer") -> "Transfer":
        """Raises StepSuperseded when somebody else has gone on with the commit since `seen`."""
        self._require_committing()
        if (self.part, self.final_path) != (seen.part, seen.final_path):
            raise StepSuperseded(self.id)
        return replace(self, final_path=name, final_existed_bytes=existed_bytes)

    def step_aside(self, target: str, place: str) -> "Transfer":
        """Records the old target's other name before the old target gets it."""
        self._require_committing()
        now_aside = OldTarget(aside_path(self.known_part.path), target, place)
        left, before = self.leftovers, self.aside
        if before is not None and before != now_aside:  # an earlier run's, and still there
            left = (*left, PartFile(before.path, before.place, self.updated_at, made=True))
        return replace(self, aside=now_aside, leftovers=left)

    def committed(self, proven: Proven, seen: AtPartner) -> "Transfer":
        self._require_committing()
        proof = replace(self.known_proof, proven=proven, at_partner=seen)
        return replace(self, part=None, keep_part_until=None, proof=proof)

    # --- what goes wrong -------------------------------------------------------------------------

    def fail(self, failure: Failure, now: datetime) -> "Transfer":
        """The first reason counts. A transfer that is failing, being cancelled or ended stays as it
        is. So does one whose file has its name already."""
        if self.delivered or self.status in ENDED or self.status in ENDING:
            return self
        return replace(self, status=Status.FAILING, failure=failure, updated_at=now)

    def lane_failed(self, generation: int, failure: Failure, now: datetime) -> "Transfer":
        """A lane may fail a transfer only while lanes work, and only for its own part file."""
        if self.status not in LANES_WORK or generation != self.generation:
            return self
        return self.fail(failure, now)

    def lane_troubled(self, generation: int, failure: Failure, now: datetime) -> "Change":
        if self.status not in LANES_WORK or generation != self.generation:
            return Change(self)
        return self.troubled(failure, now)

    def troubled(self, failure: Failure, now: datetime) -> "Change":
        """Notes an error that is being tried again, so that a look at the transfer shows it. Tells
        the world, unless it is paused: then nothing is tried."""
        waits_already = failure.waits and self.failure is not None and self.failure.waits
        if self.status not in UNDER_WAY or waits_already:
            return Change(self)
        noted = replace(self, failure=failure)
        if noted == self or self.status is Status.PAUSED or self._told_just_now(failure, now):
            return Change(noted)
        return Change(replace(noted, delayed_at=now), (Fact.DELAYED,))

    def relieved(self, over: Callable[[Tries], bool]) -> "Transfer":
        """Forgets the last error that it met, if `over` says that the trouble is over."""
        ends = self.status in ENDED or self.status in ENDING
        if ends or self.failure is None or self.failure.tries is None:
            return self
        return replace(self, failure=None) if over(self.failure.tries) else self

    def found_delivered(self, now: datetime) -> "Transfer":
        """The transfer was about to fail, but the rename had worked after all. So it had in an
        earlier run for one that is being cancelled now: that came too late."""
        if self.final_path is None or self.known_proof.part != self.known_part.path:
            raise WrongState(self.id, self.status, "completed")
        if self.status not in {*ENDING, Status.COMMITTING}:
            raise WrongState(self.id, self.status, "completed")
        return replace(self, status=Status.COMMITTING, updated_at=now)

    # --- its end ---------------------------------------------------------------------------------

    def end(self, now: datetime, receipt: Callable[["Transfer"], Receipt]) -> "Change":
        """Completed, failed or cancelled. An ended transfer stays as it is. Raises WrongState, also
        when nobody saw that the commit worked."""
        if self.status in ENDED:
            return Change(self)
        end = END_OF.get(self.status, Status.FAILED)
        ended = self._moved_to(end, now, wish="ended", allowed=END_OF)
        ended = replace(ended, finished_at=now, task_tokens=())
        if end is Status.FAILED:
            return Change(ended, (Fact.FAILED,))
        ended = replace(ended, failure=None)
        if end is Status.CANCELLED:
            return Change(ended, (Fact.CANCELLED,))
        if self.part is not None:
            raise WrongState(self.id, self.status, "completed")
        return Change(replace(ended, receipt=receipt(ended)), (Fact.COMPLETED,))

    # --- inside ----------------------------------------------------------------------------------

    def _moved_to(
        self, status: Status, now: datetime, *, wish: str, allowed: Collection[Status]
    ) -> "Transfer":
        """Raises TransferCancelled while it is being cancelled, WrongState for any other
        refusal."""
        if self.status is Status.CANCELLING and status is not Status.CANCELLED:
            raise TransferCancelled(self.id)
        if self.status not in allowed:
            raise WrongState(self.id, self.status, wish)
        return replace(self, status=status, updated_at=now)

    def _told_just_now(self, failure: Failure, now: datetime) -> bool:
        """Several lanes may be in trouble at once. A wait for a session is told in any case,
        because no next try follows it soon."""
        if failure.waits or self.delayed_at is None:
            return False
        return abs(now - self.delayed_at) < DELAYS_APART

    def _require_committing(self) -> None:
        if self.status is not Status.COMMITTING:
            raise WrongState(self.id, self.status, "committed")

    def _told_of_start(self, facts: "tuple[Fact, ...]") -> "Change":
        """Adds STARTED, once in a run, when the transfer is moving."""
        if self.status is not Status.MOVING or self.has_started:
            return Change(self, facts)
        return Change(replace(self, started_run=self.run), (*facts, Fact.STARTED))


@dataclass(frozen=True)
class Change:
    """A transfer's new state, and the facts that it tells the world."""

    transfer: Transfer
    facts: tuple[Fact, ...] = ()
