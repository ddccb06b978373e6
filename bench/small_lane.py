"""One lane of bench.small_path: moves pages of small files as a worker does, but without a ledger.

Prints one line of JSON for each pass over all files: the seconds, the CPU seconds, and the peak of
the process's memory so far. Each pass has clients and a session of its own, as each transfer has.
PYTHONPATH says whose code is measured.
"""

import argparse
import json
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import bench.sftp_lane as lane
from runtime.address_guard import AddressGuard
from runtime.clients import AwsClients
from services.transfer.adapters.awscrt_crcs import CRCS
from services.transfer.adapters.s3_folder_source import S3FolderSource
from services.transfer.adapters.s3_source_readers import ReaderSession
from services.transfer.adapters.sftp_partners import SftpPartners
from services.transfer.domain.checksums import Algorithm
from services.transfer.domain.chunks import DEFAULT_CHUNK_BYTES, ChunkPlan
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Protocol
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.inventory import Inventory, ListedFile, paged
from services.transfer.domain.ledger import ChunkLease, Mark
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.proof import Verify
from services.transfer.domain.selection import Selection, SourceKind
from services.transfer.domain.source import ObjectRef, SourceObject
from services.transfer.domain.strategy import Replacing, Strategy
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import DestinationLabel
from services.transfer.domain_services.lane_tally import LaneTally
from services.transfer.domain_services.move_page import PageMove
from services.transfer.domain_services.page_ends import PageEnds
from services.transfer.domain_services.partner_session import Visit
from services.transfer.wiring import S3_READS

BUCKET, PREFIX = "bench", "small/"
STRATEGY = Strategy(replacing=Replacing.POSIX_RENAME, tells_missing=True)  # as found of OpenSSH


class Pulse(lane.Pulse):
    """It counts the files that were not delivered."""

    def __init__(self) -> None:
        self.tally = LaneTally()
        self.failed = 0

    def finish(self, mark: Mark, part: str, plan: object) -> None:
        self.failed += mark.counts.failed

    def checkpoint(self, mark: Mark, *, moved: bool = True) -> None: ...


def transfer_of(files: Sequence[ListedFile], pages: int, target: Path) -> Transfer:
    now, size = datetime.now(UTC), sum(each.size_bytes for each in files)
    inventory = Inventory("bench", len(files), pages, size, PREFIX)
    ref = ObjectRef(BUCKET, PREFIX)
    return Transfer(
        id="bench",
        owner="bench",
        correlation_id="bench",
        source=ref,
        destination_id="bench",
        destination_label=DestinationLabel("Bench", Protocol.SFTP, "127.0.0.1", 22),
        target_path=".",
        if_exists=IfExists.REPLACE,
        verify=Verify.CHECKSUM,
        requested_at=now,
        updated_at=now,
        selection=Selection(SourceKind.PREFIX),
        source_object=SourceObject(ref, size, "", None, now, inventory),
        plan=ChunkPlan(size, DEFAULT_CHUNK_BYTES, pages),
        strategy=STRATEGY,
        generation=1,
        part=PartFile(str(target), "bench", now, made=True, inventory="bench"),
    )


def ports_of(pages: Sequence[Sequence[ListedFile]]) -> Any:  # noqa: ANN401
    return SimpleNamespace(
        now=lambda: datetime.now(UTC),
        crc64=CRCS[Algorithm.CRC64NVME],
        crcs=CRCS,
        policy=SimpleNamespace(checkpoint_seconds=30, retry=SimpleNamespace(max_failures=5)),
        inventories=SimpleNamespace(page=lambda transfer, inventory, number: pages[number]),
    )


@contextmanager
def folder_source(clients: AwsClients, url: str) -> Iterator[S3FolderSource]:
    client = clients.new(
        "s3",
        S3_READS,
        region_name="eu-central-1",
        endpoint_url=url,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - nobody checks it
    )
    session = ReaderSession(client, lane.FOR_EVER)
    with S3FolderSource(lambda: session, BUCKET, PREFIX, lambda: datetime.now(UTC)) as source:
        yield source


def move(clients: AwsClients, given: argparse.Namespace) -> dict[str, float]:
    partners = SftpPartners(AddressGuard.of(["127.0.0.0/8"]), lane.TIMEOUT_SECONDS)
    credential = Credential(private_key=given.key.read_text())
    destination = lane.destination(given)
    with (
        folder_source(clients, given.s3) as source,
        partners.connect(destination, credential) as connected,
    ):
        files = [each for each in source.listed() if each.size_bytes][given.lane :: given.lanes]
        files = [_named(each) for each in files]
        pages, pulse = [*paged(files)], Pulse()
        transfer = transfer_of(files, len(pages), given.target)
        visit = Visit(connected, destination)
        ends = PageEnds(transfer, source, visit, ports_of(pages), pulse.tally)
        connected.guard(pulse.fence)
        began, used = time.monotonic(), time.process_time()
        for number in range(len(pages)):
            lease = ChunkLease(transfer.ledger, number, "bench", 1, lane.FOR_EVER)
            assert PageMove(lease, ends, pulse).run()  # type: ignore[arg-type]
        seconds, cpu = time.monotonic() - began, time.process_time() - used
    if pulse.failed:
        raise RuntimeError(f"{pulse.failed} files were not delivered")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return {"seconds": seconds, "cpu": cpu, "peak_mb": peak_mb}


def _named(file: ListedFile) -> ListedFile:
    name = file.key.removeprefix(PREFIX)
    return ListedFile(file.key, name, file.size_bytes, file.etag, file.modified)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--s3", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user", required=True)
    parser.add_argument("--key", type=Path, required=True)
    parser.add_argument("--host-key", required=True)
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--lane", type=int, default=0)
    parser.add_argument("--lanes", type=int, default=1)
    parser.add_argument("--passes", type=int, default=1)
    given = parser.parse_args()
    clients = AwsClients()
    for _ in range(given.passes):
        print(json.dumps(move(clients, given)), flush=True)


if __name__ == "__main__":
    main()
