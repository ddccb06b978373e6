"""Read-back: every byte is proven once, inside of a worker's time, and its leases live on."""

from dataclasses import replace

from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.transfer import Status, Transfer, Verify
from services.transfer.use_cases.move_chunk import READ_BYTES
from tests.fakes.world import World
from tests.unit.transfer.driving import TARGET, before_call, until_moving

BLOCKS = 8
BODY = bytes(range(256)) * (BLOCKS * READ_BYTES // 256)
SECONDS_PER_BLOCK = 20.0  # a slow line: to write the whole chunk and to read it takes 320 s
TURN_SECONDS = 300.0  # and this is all that a worker has


def one_chunk(world: World) -> Transfer:
    """One lane is about to move one chunk of several blocks."""
    policy = replace(world.policy, chunk_bytes=len(BODY), lanes_per_transfer=1)
    world.ports = replace(world.ports, policy=policy)
    transfer = world.request(BODY, verify=Verify.READBACK)
    until_moving(world)
    return transfer


def on_a_slow_line(world: World) -> list[int]:
    """Each write takes its time, reading back as long as the writes before; answers with the number
    of blocks read each time."""
    kept = world.partner.called
    written: list[str] = []
    read: list[int] = []

    def called(name: str) -> None:
        if name == "write":
            written.append(name)
            world.pass_time(SECONDS_PER_BLOCK)
        if name == "read":
            read.append(len(written))
            world.pass_time(SECONDS_PER_BLOCK * len(written))
            written.clear()
        kept(name)

    world.partner.called = called  # type: ignore[method-assign]
    return read


def drive_turn(world: World) -> float:
    """The seconds left at its end."""
    ends = world.clock.timestamp() + TURN_SECONDS
    world.drive_lane(remaining=lambda: ends - world.clock.timestamp())
    return ends - world.clock.timestamp()


def test_a_turn_keeps_time_to_read_back_what_it_wrote() -> None:
    world = World()
    transfer = one_chunk(world)
    read = on_a_slow_line(world)
    while world.queue.messages:
        assert drive_turn(world) > 0
    world.run()
    assert world.read(transfer).status is Status.COMPLETED
    assert bytes(world.partner.files[TARGET]) == BODY
    assert len(read) > 1
    assert sum(read) == BLOCKS


def test_without_read_back_a_turn_writes_as_long_as_it_may() -> None:
    world = World()
    transfer = one_chunk(world)
    world.transfers.save(replace(world.read(transfer), verify=Verify.CHECKSUM))
    on_a_slow_line(world)
    assert drive_turn(world) == TURN_SECONDS - BLOCKS * SECONDS_PER_BLOCK
    world.run()
    receipt = world.read(transfer).receipt
    assert receipt is not None
    assert receipt.attempts == 1


def test_what_an_earlier_turn_proved_is_not_read_again() -> None:
    world = World()
    transfer = one_chunk(world)
    ranges: list[tuple[int, int]] = []
    connect = world.partner.connect

    def connecting(*args: object) -> object:
        session = connect(*args)  # type: ignore[arg-type]
        open_part = session.open_part

        def opening(path: str) -> object:
            sink = open_part(path)
            read = sink.read

            def reading(offset: int, length: int) -> object:
                ranges.append((offset, length))
                return read(offset, length)

            sink.read = reading  # type: ignore[method-assign, assignment]
            return sink

        session.open_part = opening  # type: ignore[method-assign, assignment]
        return session

    world.partner.connect = connecting  # type: ignore[method-assign, assignment]
    left = iter([900.0] * 3)
    world.drive_lane(remaining=lambda: next(left, 30.0))
    (lease,) = world.ports.ledger.open_leases(LedgerId(transfer.id, 1))
    assert 0 < lease.done_bytes < len(BODY)
    world.run()
    assert ranges == [(0, lease.done_bytes), (lease.done_bytes, len(BODY) - lease.done_bytes)]
    assert world.read(transfer).status is Status.COMPLETED


def test_a_lease_is_renewed_while_a_flush_waits_for_a_slow_disk() -> None:
    world = World()
    transfer = one_chunk(world)
    lease_seconds = world.policy.lease_seconds
    until: list[float] = []

    def look() -> None:
        (lease,) = world.ports.ledger.open_leases(LedgerId(transfer.id, 1))
        until.append((lease.until - world.clock).total_seconds())

    before_call(world, "flush", lambda: world.pass_time(lease_seconds - 1))
    before_call(world, "read", look)
    world.run()
    assert until == [lease_seconds]
    assert world.read(transfer).status is Status.COMPLETED
