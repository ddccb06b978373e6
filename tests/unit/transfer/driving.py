"""How tests bring a transfer to the point where something happens to it, and on from there."""

from collections.abc import Callable

from services.transfer.domain.errors import ConnectionLost
from services.transfer.domain.ledger import LedgerId
from services.transfer.domain.transfer import Status, Transfer
from services.transfer.use_cases.start_workflow import start_workflow
from services.transfer.use_cases.steer_transfer import retry_transfer
from tests.fakes.callers import ANN
from tests.fakes.world import CHUNK_BYTES, World

BODY = bytes(1 + number % 250 for number in range(6 * CHUNK_BYTES + 5))  # a hole of zeros shows
TARGET = "/in/day.csv"
WRITES_BEFORE_THE_END = 2  # of a transfer that fails half way


def until_moving(world: World) -> None:
    while not world.queue.messages:
        assert world.workflow.advance()


def before_call(
    world: World, call: str, act: Callable[[], object], *, number: int = 1
) -> Callable[[], bool]:
    """`act` comes first, once, at the partner's next `call` (or its `number`th from now on). The
    answer tells whether that has been."""
    kept = world.partner.called
    seen: list[str] = []

    def called(name: str) -> None:
        if name == call:
            seen.append(name)
            if len(seen) == number:
                act()
        kept(name)

    world.partner.called = called  # type: ignore[method-assign]
    return lambda: len(seen) >= number


def fail_half_way(world: World, body: bytes = BODY) -> Transfer:
    """Its connection is lost again and again: failed, some chunks done, the part file kept."""
    transfer = world.request(body)
    kept = world.partner.called

    def called(name: str) -> None:
        if name == "write" and world.partner.calls["write"] >= WRITES_BEFORE_THE_END:
            raise ConnectionLost("sftp.acme.example", 22, "reset")
        kept(name)

    world.partner.called = called  # type: ignore[method-assign]
    world.run()
    world.partner.called = kept  # type: ignore[method-assign]
    ended = world.read(transfer)
    progress = world.ports.ledger.progress(LedgerId(ended.id, ended.generation))
    assert ended.status is Status.FAILED
    assert ended.part_path in world.partner.files
    assert 0 < progress.chunks_done < progress.chunks_total
    return ended


def retry(world: World, transfer: Transfer) -> Transfer:
    """Asked for again, its execution started, nothing of it run yet."""
    again = retry_transfer(transfer.id, ANN, ports=world.ports)
    start_workflow(again.id, again.run, ports=world.ports)
    return again


def retried(world: World, transfer: Transfer) -> Transfer:
    retry(world, transfer)
    world.run()
    return world.read(transfer)


def fail_code(transfer: Transfer) -> str | None:
    return None if transfer.failure is None else transfer.failure.code


def assert_completed(
    world: World, transfer: Transfer, body: bytes = BODY, path: str = TARGET
) -> None:
    """With every byte in its place, and nothing besides."""
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert bytes(world.partner.files[path]) == body
    assert world.parts() == []


def content(size: int) -> bytes:
    """Bytes whose every chunk differs."""
    return bytes(number * 7 % 251 for number in range(size))
