"""Brings a transfer to the point where something happens to it, and on from there."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kernel.caller import Caller
from services.transfer.domain.destination import Delivery
from services.transfer.domain.errors import ConnectionLost
from services.transfer.domain.lane import Lane
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.probe_destination import probe_destination
from services.transfer.use_cases.retry_transfer import retry_transfer
from services.transfer.use_cases.start_workflow import start_workflow
from services.transfer.use_cases.sweep_stalled import sweep_stalled
from tests.fakes.callers import ADMIN, ANN
from tests.fakes.world import CHUNK_BYTES, World

BODY = bytes(1 + number % 250 for number in range(6 * CHUNK_BYTES + 5))  # a hole of zeros shows
PATTERN = bytes(number * 7 % 251 for number in range(251))
TARGET = "/in/day.csv"
SECONDS_PER_CHUNK = 10.0
WRITES_BEFORE_THE_END = 2  # of a transfer that fails half way


def direct_world() -> World:
    """Its destination is delivered to straight under the target's name."""
    world = World()
    known = world.ports.destinations.read("acme")
    world.ports.destinations.save(replace(known, delivery=Delivery.DIRECT))
    probe_destination("acme", ADMIN, ports=world.ports)
    return world


def until_planned(world: World) -> None:
    """The first lane's message waits. There is no part file yet."""
    while not world.queue.messages:
        assert world.workflow.advance()


def until_moving(world: World) -> None:
    """The part file was created. The messages of all lanes wait in their order, and nothing was
    moved."""
    until_planned(world)
    world.drive_lane(remaining=lambda: world.policy.hand_over_seconds * 2)
    world.queue.messages = deque(sorted(world.queue.messages, key=lambda each: each.lane))


def until_called(world: World, call: str) -> None:
    """Until the turn of a lane that makes that call: the first one creates the file."""
    if call == "partner.open_part":
        until_moving(world)
    else:
        until_planned(world)


def until_state(world: World, state: str) -> None:
    """Goes on until the execution stands before that state."""
    while state not in [each.state for each in world.workflow.executions.values()]:
        assert world.workflow.advance() or world.drive_lane()


def broken() -> ConnectionLost:
    return ConnectionLost("sftp.acme.example", 22, "reset")


def every(world: World, call: str, act: Callable[[], object], number: int = 1) -> None:
    """`act` comes before each `number`th such call."""

    def again() -> None:
        every(world, call, act, number)
        act()

    world.calls.before(call, again, number)


def breaking_every(world: World, size: int) -> None:
    """After `size` bytes over one connection the line breaks instead of the next write."""
    sent = 0

    def count(name: str, arguments: tuple[Any, ...], answer: object) -> None:
        nonlocal sent
        sent = 0 if name == "partner.connect" else sent
        sent += len(arguments[1]) if name == "sink.write" else 0

    def break_or_not() -> None:
        if sent >= size:
            raise broken()

    world.calls.observers.append(count)
    world.calls.before_each("sink.write", break_or_not)


def turn_of(world: World, seconds: float) -> Callable[[], float]:
    """The remaining seconds of a worker that begins now, by the clock."""
    ends = world.calls.elapsed + seconds
    return lambda: ends - world.calls.elapsed


def watch_writes(world: World) -> list[tuple[int, int]]:
    """(offset, length) of each write that the partner takes from now on."""
    seen: list[tuple[int, int]] = []

    def observe(name: str, arguments: tuple[Any, ...], answer: object) -> None:
        if name == "sink.write":
            seen.append((arguments[0], len(arguments[1])))

    world.calls.observers.append(observe)
    return seen


def assert_each_byte_once(writes: list[tuple[int, int]], size: int) -> None:
    reached = 0
    for offset, length in sorted(writes):
        assert offset == reached
        reached += length
    assert reached == size


def drive_first_lane(world: World, remaining: Callable[[], float] = lambda: 900.0) -> None:
    """Its message need not be the next one: a queue keeps no order."""
    [message] = [each for each in world.queue.messages if each.lane == 0]
    world.queue.messages.remove(message)
    world.drive_lane(message, remaining)


def some_chunks(world: World, chunks: int) -> None:
    """A lane moves so many chunks and hands over. After that nobody works at the partner."""
    kept, world.calls.cost = world.calls.cost, {"sink.write": SECONDS_PER_CHUNK}
    seconds = SECONDS_PER_CHUNK * chunks + 2 * world.policy.hand_over_seconds
    world.drive_lane(remaining=turn_of(world, seconds))
    world.calls.cost = kept


def one_large_chunk(world: World, size: int, **policy: float) -> None:
    """Sets up one lane for one chunk of `size` bytes. Each write has READ_BYTES."""
    changed = replace(world.policy, chunk_bytes=size, lanes_per_transfer=1)
    world.ports = replace(world.ports, policy=replace(changed, **policy))  # type: ignore[arg-type]


def fail_half_way(world: World, body: bytes = BODY, **wish: object) -> Transfer:
    """The connection is lost again and again until the transfer fails. Some chunks are done, and
    the part file is kept."""
    transfer = world.request(body, **wish)
    refused = world.calls.refuse("sink.write", broken, after=WRITES_BEFORE_THE_END)
    world.run()
    refused.end()
    ended = world.read(transfer)
    progress = world.ports.ledger.progress(ended.ledger)
    assert ended.status is Status.FAILED
    assert world.parts() == [ended.known_part.path]
    assert 0 < progress.chunks_done < progress.chunks_total
    return ended


def drive_lanes(world: World, seconds: float) -> None:
    """Runs turn after turn until no message waits. Each turn has only so many seconds."""
    while world.queue.messages:
        remaining = turn_of(world, seconds)
        world.drive_lane(remaining=remaining)
        assert remaining() > 0


def retry(world: World, transfer: Transfer, caller: Caller = ANN) -> Transfer:
    """Retries the transfer. Its execution is started, but has not run any state yet."""
    again = retry_transfer(transfer.id, caller, ports=world.ports)
    start_workflow(again.id, again.run, ports=world.ports)
    return again


def retried(world: World, transfer: Transfer) -> Transfer:
    retry(world, transfer)
    world.run()
    return world.read(transfer)


def fail_code(transfer: Transfer) -> str | None:
    return None if transfer.failure is None else transfer.failure.code


def lane_zero(world: World, transfer: Transfer) -> Lane:
    return world.ports.lanes.lanes(world.read(transfer).ledger)[0]


def sweep_all(world: World) -> int:
    """Sweeps, and returns the number of transfers looked at. Fails if one met an error."""
    told: list[tuple[str, Exception]] = []
    seen = sweep_stalled(lambda *each: told.append(each), lambda: True, ports=world.ports)
    assert told == []
    return seen


def assert_completed(
    world: World, transfer: Transfer, body: bytes = BODY, path: str = TARGET
) -> None:
    """Every byte must be in its place at the partner, and nothing else may be there."""
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert bytes(world.partner.files[path]) == body
    assert world.parts() == []


def content(size: int) -> bytes:
    """Bytes whose every chunk differs."""
    return (PATTERN * (size // len(PATTERN) + 1))[:size]
