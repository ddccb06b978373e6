"""The events of a transfer come in an order that the contract allows, whatever is done with it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.sequences import DIAGRAM, Standing, check_sequence
from contracts.sequences import Told as Known
from contracts.transfer_events import TransferFact
from services.transfer.domain.checksums import Algorithm, FileChecksum
from services.transfer.domain.chunks import ChunkPlan
from services.transfer.domain.destination import Protocol
from services.transfer.domain.errors import TransferError
from services.transfer.domain.failure import Failure
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.part_changes import PartChanges
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.proof import (
    NOT_RECORDED,
    Proof,
    Proven,
    Receipt,
    SourceChecksum,
    Verify,
)
from services.transfer.domain.source import ObjectRef, SourceObject
from services.transfer.domain.status import Fact
from services.transfer.domain.strategy import UNKNOWN, Strategy
from services.transfer.domain.transfer import Change, Transfer
from services.transfer.domain.transfer_record import DestinationLabel, TransferRecord
from services.transfer.domain.tries import Tries
from tests.contract.told import Told

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)  # no file recorded at noon has a maker any more
WHY = Failure("connection_lost", "It broke.", True)
NEW = Transfer(
    id="t-1",
    owner="ann",
    correlation_id="c-1",
    source=ObjectRef("bucket", "a"),
    destination_id="demo",
    destination_label=DestinationLabel("Demo", Protocol.SFTP, "sftp.example", 22),
    target_path="a",
    if_exists=IfExists.REPLACE,
    verify=Verify.CHECKSUM,
    requested_at=NOON,
    updated_at=NOON,
)
BARE: dict[Fact, TransferFact] = {fact: Told().event(fact.capitalize()).data for fact in Fact}
Arrow = tuple[Standing, type[TransferFact], Standing]
Call = Callable[[Transfer], Transfer | Change]


def record_part(transfer: Transfer) -> Transfer:
    part = transfer.next_part("/in/a", "place", NOON, direct=False)
    return transfer.record_part(part, ChunkPlan(10, 5), UNKNOWN)


def verifying(transfer: Transfer) -> Change:
    return transfer.verifying(NOON)


def proved(transfer: Transfer) -> Transfer:
    part = transfer.known_part.path
    proof = Proof(part, 0, SourceChecksum.ABSENT, None, Proven.SAMPLED)
    return transfer.proved(proof)


def proved_by_lane(transfer: Transfer) -> Change:
    part = transfer.known_part.path
    proof = Proof(part, 0, SourceChecksum.ABSENT, None, Proven.SAMPLED)
    return transfer.proved_by_lane(proof, NOON)


def files_settled(transfer: Transfer) -> Change:
    part = transfer.known_part.path
    proof = Proof(part, 0, SourceChecksum.ABSENT, None, Proven.SAMPLED)
    return transfer.files_settled(proof, NOON)


def receipt(transfer: Transfer) -> Receipt:
    """A receipt as StoreOutcome writes it. It needs a proof and a name."""
    if transfer.final_path is None:
        raise ValueError("it was never given a name")
    return Receipt(
        target_path=transfer.final_path,
        bytes_sent=10,
        crc64nvme=transfer.known_proof.crc64nvme,
        verified=transfer.verify,
        proven=transfer.known_proof.proven,
        source_checksum=transfer.known_proof.source_checksum,
        source_algorithm=None,
        host_key_fingerprint="SHA256:abc",
        chunks=2,
        attempts=2,
        started_at=NOON,
        finished_at=NOON,
    )


FOLDER = PartFile("/in", "place", NOON, opening=False)
CALLS: dict[str, Call] = {
    "pause": lambda it: it.pause(NOON, "ann"),
    "resume": lambda it: it.resume(NOON, "ann"),
    "cancel": lambda it: it.cancel(NOON, "ann"),
    "retry": lambda it: it.retry(NOON, "ann", go_on=True),
    "retry anew": lambda it: it.retry(NOON, "ann", go_on=False),
    "active": lambda it: it.active(),
    "pin": lambda it: it.pin(SourceObject(it.source, 10, "e", None, NOON)),
    "awaited": lambda it: it.awaited("token"),
    "record_part": record_part,
    "opening": lambda it: it.opening(it.generation, it.known_part.path, NOON),
    "begin": lambda it: it.begin(it.generation, 2, "SHA256:abc", NOON),
    "record_folder": lambda it: it.record_folder(FOLDER, ChunkPlan(10, 10, 1), Strategy()),
    "files_settled": files_settled,
    "has_left": lambda it: it.has_left(FOLDER),
    "leave_folder": lambda it: it.leave_folder(),
    "begin late": lambda it: it.begin(it.generation - 1, 2, "SHA256:abc", NOON),
    "start_over": lambda it: it.start_over(it.generation, NOON),
    "keep_hash": lambda it: it.keep_hash(it.generation, FileChecksum(Algorithm.MD5, "00")),
    "checksum_unanswered": lambda it: it.checksum_unanswered(),
    "replan": lambda it: it.replan(it.generation, Strategy(fsync=False)),
    "verifying": verifying,
    "move_again": lambda it: it.move_again(it.known_part.path, NOON),
    "proved": proved,
    "proved_by_lane": proved_by_lane,
    "committing": lambda it: it.committing(NOON),
    "decide_on": lambda it: it.decide_on("/in/a", None, it),
    "not_created": lambda it: it.not_created(it.generation),
    "step_aside": lambda it: it.step_aside("/in/a", "place"),
    "committed": lambda it: it.committed(Proven.SAMPLED, NOT_RECORDED),
    "fail": lambda it: it.fail(WHY, NOON),
    "lane_failed": lambda it: it.lane_failed(it.generation, WHY, NOON),
    "lane_troubled": lambda it: it.lane_troubled(it.generation, WHY, NOON),
    "troubled": lambda it: it.troubled(replace(WHY, tries=Tries(lane=0, waits=True)), NOON),
    "relieved": lambda it: it.relieved(lambda tries: True),
    "found_delivered": lambda it: it.found_delivered(NOON),
    "keep_part": lambda it: it.keep_part(LATER),
    "discard_part": lambda it: it.discard_part(LATER),
    "removed": lambda it: it.removed(dict.fromkeys(it.leftovers), LATER),
    "back_in_place": lambda it: it.back_in_place(),
    "look_again": lambda it: it.look_again(LATER),
    "abandon_leftovers": lambda it: it.abandon_leftovers(),
    "end": lambda it: it.end(NOON, receipt),
}
ANSWERS = {"next_part", "half_file"}  # changes nothing
ELSEWHERE = {"without_ledger", "from_elsewhere"}  # of a copy in another region, see test_carrying
MOVE = ["record_part", "opening", "begin"]
PROVE = ["verifying", "proved", "committing", "decide_on"]
PROVE_IN_LANE = ["proved_by_lane", "decide_on"]
END = ["committed", "end"]


def changed(transfer: Transfer, call: str) -> Change:
    """The change as change_transfer stores it. Refusals are ignored. A change of nothing is not
    written."""
    try:
        decided = CALLS[call](transfer)
    except (TransferError, ValueError):
        return Change(transfer)
    change = decided if isinstance(decided, Change) else Change(decided)
    if change == Change(transfer):
        return change
    version = transfer.version + max(1, len(change.facts))
    return replace(change, transfer=replace(change.transfer, version=version))


class Story:
    """All facts that one transfer told. Each has a version of its own, as announce gives it."""

    def __init__(self) -> None:
        self.transfer, self.log = NEW, Told()
        self.events = [self.log.event("Requested", sequence=NEW.version)]

    def goes_on(self, call: str) -> None:
        change = changed(self.transfer, call)
        first = self.transfer.version + 1
        self.transfer = change.transfer
        self.events += [
            self.log.event(fact.capitalize(), run=self.transfer.run, sequence=first + index)
            for index, fact in enumerate(change.facts)
        ]


def test_every_way_a_transfer_can_change_is_tried_here() -> None:
    made = vars(TransferRecord) | vars(PartChanges) | vars(Transfer)
    ways = {name for name, way in made.items() if callable(way) and name[0] != "_"}
    assert ways - ANSWERS - ELSEWHERE == {call.split(" ")[0] for call in CALLS}


WHOLE = [
    st.just(each) for each in (MOVE, PROVE, PROVE_IN_LANE, [*MOVE, *PROVE], END, ["fail", "end"])
]
SINGLE = st.sampled_from(sorted(CALLS)).map(lambda call: [call])


@given(st.lists(st.one_of(SINGLE, SINGLE, *WHOLE), max_size=40))
@example([MOVE, ["pause"], PROVE, END])  # the pause came too late
@example([MOVE, ["pause"], PROVE_IN_LANE, END])  # to a lane, too
@example([["record_folder", "begin", "pause", "files_settled", "end"]])  # and to many files
@example([["pause"], MOVE, ["resume"]])  # one change, two facts
@example([MOVE, ["start_over", "pause"], MOVE, ["resume", "replan"], PROVE_IN_LANE, END])
@example([MOVE, ["pause", "verifying", "move_again"], MOVE, ["pause"]])
@example([MOVE, PROVE, ["fail", "end", "retry", "fail", "found_delivered"], END])
@settings(max_examples=300, deadline=None)
def test_what_a_transfer_tells_is_a_sequence_of_the_contract(parts: Sequence[list[str]]) -> None:
    story = Story()
    for call in (call for part in parts for call in part):
        story.goes_on(call)
    check_sequence(story.events)


def test_every_arrow_of_the_diagram_is_gone_by_some_transfer_and_no_other() -> None:
    """Tries every call in every state that differs in what changes look at, until none is new."""
    drawn = {
        (standing, kind, after)
        for standing, following in DIAGRAM.items()
        for kind, after in following.items()
    }
    assert gone() == drawn


def gone() -> set[Arrow]:
    known, arrows = tell(NEW, Known(), [Fact.REQUESTED])
    open_ends, seen = [(NEW, known)], {likeness(NEW, known)}
    while open_ends:
        transfer, known = open_ends.pop()
        for call in CALLS:
            change = changed(transfer, call)
            told, along = tell(change.transfer, known, change.facts)
            arrows |= along
            if likeness(change.transfer, told) not in seen:
                seen.add(likeness(change.transfer, told))
                open_ends.append((change.transfer, told))
    return arrows


def tell(transfer: Transfer, known: Known, facts: Collection[Fact]) -> tuple[Known, set[Arrow]]:
    """What is known after these facts, and the arrows they went along."""
    arrows = set()
    for fact in facts:
        event = BARE[fact].model_copy(update={"run": transfer.run, "sequence": known.sequence + 1})
        after = known.then(event)
        arrows.add((known.standing, type(event), after.standing))
        known = after
    return known, arrows


def likeness(transfer: Transfer, known: Known) -> tuple[object, ...]:
    """Equal for transfers that can go on in the same ways. The numbers of run, generation and
    version do not count."""
    return (
        transfer.status,
        transfer.begun_run == transfer.run,
        transfer.started_run == transfer.run,
        transfer.generation > 0,
        transfer.part is not None,
        transfer.part_made,
        transfer.part is not None and transfer.part.opening,
        transfer.plan is not None,
        transfer.proof is not None,
        transfer.final_path is not None,
        transfer.keep_part_until is not None,
        transfer.part is not None and transfer.part.folder,
        transfer.failure is not None,
        known.standing,
        known.ever_started,
    )
