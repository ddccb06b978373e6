"""A prefix as one transfer, in memory, by the real state machine definition."""

from services.transfer.domain.file_outcomes import FileCounts
from services.transfer.domain.proof import Proven, SourceChecksum
from services.transfer.domain.selection import Selection, SourceKind
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.status import Status
from services.transfer.domain.transfer import Transfer
from services.transfer.use_cases.request_transfer import request_transfer
from services.transfer.use_cases.start_workflow import start_workflow
from tests.fakes.callers import ANN
from tests.fakes.world import World


def send(world: World, keys: dict[str, bytes], prefix: str = "out/") -> Transfer:
    for key, body in keys.items():
        world.buckets.put("outgoing", key, body)
    wish = world.wish(source=ObjectRef("outgoing", prefix), selection=Selection(SourceKind.PREFIX))
    transfer = request_transfer(wish, ANN, None, ports=world.ports)
    start_workflow(transfer.id, transfer.run, ports=world.ports)
    return transfer


def test_a_prefix_arrives_as_a_tree() -> None:
    world = World()
    keys = {f"out/{n % 3}/{n}.csv": bytes([n]) * n for n in range(40)}
    transfer = send(world, keys)
    world.run()
    ended = world.read(transfer)
    assert ended.status is Status.COMPLETED, ended.failure
    assert world.errors == []
    expected = {f"/in/{key.removeprefix('out/')}": body for key, body in keys.items()}
    assert {path: bytes(body) for path, body in world.partner.files.items()} == expected
    assert ended.receipt is not None
    assert ended.receipt.proven is Proven.SAMPLED
    assert ended.receipt.source_checksum is SourceChecksum.MATCHED
    assert ended.receipt.bytes_sent == sum(map(len, keys.values()))
    assert world.ports.ledger.progress(ended.ledger).files == FileCounts(done=40)
