"""Twenty transfers for a partner with one session need few messages, and all get a turn."""

from collections.abc import Callable

from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.request_transfer import request_transfer
from services.transfer.use_cases.start_workflow import start_workflow
from tests.fakes.callers import ANN
from tests.storm.world import BODY, StormWorld, small_blocks

TRANSFERS = 20
SECONDS_PER_WRITE = 2.0  # about 40 seconds a transfer
CALLS = 5  # of each in turns
LONGEST_SECONDS = 20 * 60.0  # for all together, which take about 12 minutes
MINUTE = 60.0
MESSAGES_PER_MINUTE = 2 * TRANSFERS  # all lanes begin at once, and some are called
TRIES_PER_MINUTE = 4 * TRANSFERS
MESSAGES = 3 * TRANSFERS  # in all, for each lane's first, its call, and some that are lost
TRIES = 10 * TRANSFERS  # in all, as each of three steps and the lane tries, waits, and is called


def requested(world: StormWorld, number: int) -> Transfer:
    wish = world.wish(destination_id="one", target_path=f"{number}.csv")
    transfer = request_transfer(wish, ANN, None, ports=world.ports)
    start_workflow(transfer.id, transfer.run, ports=world.ports)
    return transfer


def busy_world() -> StormWorld:
    world = StormWorld()
    world.starts.clear()
    world.transfers.rows.clear()  # of the one that each storm begins with
    world.register("one", max_sessions=1)
    world.calls.cost = {"sink.write": SECONDS_PER_WRITE}
    return world


def moments(
    world: StormWorld, call: str, counts: Callable[[tuple[object, ...]], bool]
) -> list[float]:
    """When such a call comes, from now on."""
    seen: list[float] = []

    def observe(name: str, arguments: tuple[object, ...], answer: object) -> None:
        if name == call and counts(arguments):
            seen.append(world.elapsed)

    world.calls.observers.append(observe)
    return seen


def most_in_a_minute(seen: list[float]) -> int:
    return max(sum(at <= each < at + MINUTE for each in seen) for at in seen)


def finish_all(world: StormWorld, transfers: list[Transfer]) -> list[str]:
    """Lets all go on, with a sweep each minute. Returns their ids in the order of their ends."""
    begun = swept = world.elapsed
    ended: list[str] = []
    while len(ended) < len(transfers):
        world.go_on_together(1, CALLS)
        if world.elapsed - swept > MINUTE:
            world.begin_sweep().finish()
            swept = world.elapsed
        ended += [
            each.id
            for each in transfers
            if each.id not in ended and world.transfers.rows[each.id].status in ENDED
        ]
        assert world.elapsed - begun < LONGEST_SECONDS
    return ended


def test_twenty_transfers_share_one_session_without_asking_again_and_again() -> None:
    with small_blocks():
        world = busy_world()
        messages = moments(world, "queue.send", lambda _: True)
        tries = moments(world, "slots.take", lambda arguments: arguments[0] == "one")
        transfers = [requested(world, number) for number in range(TRANSFERS)]
        ended = finish_all(world, transfers)
    for number, each in enumerate(transfers):
        assert world.read(each).status is Status.COMPLETED
        assert bytes(world.partner.files[f"/in/{number}.csv"]) == BODY
    assert world.partner.most_sessions == 1
    assert len(messages) <= MESSAGES
    assert len(tries) <= TRIES
    assert most_in_a_minute(messages) <= MESSAGES_PER_MINUTE
    assert most_in_a_minute(tries) <= TRIES_PER_MINUTE
    assert ended == [each.id for each in transfers]  # first come, first served
