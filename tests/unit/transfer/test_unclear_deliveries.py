"""Where nothing shows what has a file's name, what was answered or never begun is not unclear."""

from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from tests.fakes.world import World
from tests.unit.transfer.driving import broken, turn_of, until_planned
from tests.unit.transfer.many import seen, send
from tests.unit.transfer.test_folder_failures import until_done
from tests.unit.transfer.test_tidy_partners import one_by_one

FOUND = {f"out/{number}.csv": b"ours" * (100 + number) for number in range(4)}
THEIRS = bytes(len(FOUND["out/3.csv"]))


def short_turn(world: World, call: str, cost: float) -> None:
    """It ends in good order when such calls have taken two thirds of it."""
    hand_over = world.policy.hand_over_seconds
    world.calls.cost[call] = cost * hand_over
    world.drive_lane(remaining=turn_of(world, 2.7 * hand_over))
    world.calls.cost.clear()


def handed_over(if_exists: IfExists) -> tuple[World, Transfer]:
    """After a turn that never came to the last file, whose name is taken by one of its size."""
    world = one_by_one(readable=False)
    world.partner.files["/in/3.csv"] = bytearray(THEIRS)
    transfer = send(world, FOUND, if_exists=if_exists)
    until_planned(world)
    short_turn(world, "sink.write", 1)
    assert "/in/0.csv" in world.partner.files
    assert "/in/2.csv" not in world.partner.files
    return world, transfer


def test_a_file_that_was_never_begun_gets_another_name() -> None:
    world, transfer = handed_over(IfExists.KEEP_BOTH)
    ended = until_done(world, transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert bytes(world.partner.files["/in/3 (1).csv"]) == FOUND["out/3.csv"]


def test_a_file_that_was_never_begun_meets_the_name_that_is_taken() -> None:
    world, transfer = handed_over(IfExists.FAIL)
    until_done(world, transfer)
    [told] = seen(world, transfer, "failed")
    assert told.code == "target_exists"


def test_what_was_unclear_once_stays_unclear_after_a_turn_that_ends_well() -> None:
    world, transfer = handed_over(IfExists.FAIL)
    lost = world.calls.lose_answer("partner.rename", broken)
    world.drive_lane()
    assert lost()
    short_turn(world, "partner.look", 2)
    until_done(world, transfer)
    told = {each.path: each.code for each in seen(world, transfer, "failed")}
    assert told == {"2.csv": "delivery_unclear", "3.csv": "delivery_unclear"}
