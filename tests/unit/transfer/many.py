"""Sends many objects as one transfer, and looks at what came of it."""

from typing import Any

from services.transfer.domain.file_outcomes import FileCounts
from services.transfer.domain.selection import Selection, SourceKind
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.read_files import FileSeen, read_files
from services.transfer.use_cases.request_transfer import request_transfer
from services.transfer.use_cases.start_workflow import start_workflow
from tests.fakes.callers import ANN
from tests.fakes.world import World


def objects(count: int) -> dict[str, bytes]:
    """By key. Each has other bytes, and the first one has none."""
    return {f"out/{n:03d}.csv": bytes([n % 251]) * (n * 7) for n in range(count)}


def send(
    world: World,
    found: dict[str, bytes],
    patterns: Selection | None = None,
    **wish: Any,  # noqa: ANN401
) -> Transfer:
    """What lies below out/."""
    for key, body in found.items():
        world.buckets.put("outgoing", key, body)
    selection = patterns or Selection(SourceKind.PREFIX)
    source = wish.pop("source", ObjectRef("outgoing", "out/"))
    wanted = world.wish(source=source, selection=selection, **wish)
    transfer = request_transfer(wanted, ANN, None, ports=world.ports)
    start_workflow(transfer.id, transfer.run, ports=world.ports)
    return transfer


def arrived(world: World) -> dict[str, bytes]:
    """By key."""
    files = world.partner.files.items()
    return {f"out/{path.removeprefix('/in/')}": bytes(body) for path, body in files}


def counts(world: World, transfer: Transfer) -> FileCounts:
    return world.ports.ledger.progress(world.read(transfer).ledger).files


def seen(world: World, transfer: Transfer, outcome: str | None = None) -> list[FileSeen]:
    """All pages."""
    found: list[FileSeen] = []
    cursor = None
    while True:
        page = read_files(transfer.id, ANN, outcome, (3, cursor), ports=world.ports)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found


def assert_all_arrived(world: World, transfer: Transfer, expected: dict[str, bytes]) -> None:
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert arrived(world) == expected
    assert world.partner.open_sessions == 0
    assert world.buckets.open_readers == 0
    assert counts(world, transfer).failed == 0
    assert counts(world, transfer).settled == len(expected)
