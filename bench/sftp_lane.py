"""One lane of bench.sftp_path: moves every n-th chunk, as a lane worker does, without any ledger.

Prints one line of JSON: the seconds and the CPU seconds from the first chunk to the last, and the
peak of the process's memory. PYTHONPATH says whose code is measured.
"""

import argparse
import json
import resource
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.config import Config

from runtime.address_guard import AddressGuard
from services.transfer.adapters.awscrt_crcs import CRCS
from services.transfer.adapters.s3_source_readers import ReaderSession, S3ObjectSource
from services.transfer.adapters.sftp_partners import SftpPartners
from services.transfer.domain.checksums import Algorithm
from services.transfer.domain.chunks import ChunkPlan, plan_chunks
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination, Protocol
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.ledger import ChunkLease, Mark
from services.transfer.domain.part_file import PartFile
from services.transfer.domain.proof import Verify
from services.transfer.domain.source import ObjectRef
from services.transfer.domain.strategy import UNKNOWN
from services.transfer.domain.transfer import Transfer
from services.transfer.domain.transfer_record import DestinationLabel
from services.transfer.domain_services.chunk_mover import ChunkMover
from services.transfer.domain_services.move_chunk import Endpoints

TIMEOUT_SECONDS = 20.0
FOR_EVER = datetime.max.replace(tzinfo=UTC)


class Pulse:
    """A lane that holds everything for ever."""

    lane = SimpleNamespace(failures=0)

    def goes_on(self, bytes_in_flight: int) -> bool:
        self.fence()
        return True

    def wrote(self) -> datetime:
        return datetime.now(UTC)

    def fence(self) -> None:
        assert datetime.now(UTC) < FOR_EVER

    def checkpoint(self, mark: Mark) -> None: ...

    def finish(self, mark: Mark, part: str, plan: ChunkPlan) -> None: ...

    def leave_behind(self, mark: Mark) -> None: ...

    finish_behind = finish

    def give_back(self, mark: Mark, ahead: Mark | None = None, *, doubted: bool = False) -> None:
        raise AssertionError("a chunk failed")


def s3_client(url: str) -> Any:  # noqa: ANN401 - boto3 has no types
    config = Config(response_checksum_validation="when_required", s3={"addressing_style": "path"})
    return boto3.client(
        "s3",
        region_name="eu-central-1",
        endpoint_url=url,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - nobody checks it
        config=config,
    )


def destination(given: argparse.Namespace) -> Destination:
    now = datetime.now(UTC)
    return Destination(
        id="bench",
        name="Bench",
        protocol=Protocol.SFTP,
        host="127.0.0.1",
        port=given.port,
        user=given.user,
        base_path=str(given.target.parent),
        max_sessions=8,
        secret_id=None,
        created_at=now,
        updated_at=now,
        host_keys=(HostKey.parse(given.host_key),),
    )


def transfer_of(source: S3ObjectSource, given: argparse.Namespace) -> Transfer:
    found, now = source.inspect(), datetime.now(UTC)
    return Transfer(
        id="bench",
        owner="bench",
        correlation_id="bench",
        source=found.ref,
        destination_id="bench",
        destination_label=DestinationLabel("Bench", Protocol.SFTP, "127.0.0.1", given.port),
        target_path=given.target.name,
        if_exists=IfExists.REPLACE,
        verify=Verify.SIZE,
        requested_at=now,
        updated_at=now,
        source_object=found,
        plan=plan_chunks(found.size_bytes),
        strategy=UNKNOWN,
        generation=1,
        part=PartFile(str(given.target), "bench", now, made=True),
    )


def move(given: argparse.Namespace) -> tuple[float, float]:
    ref, client = ObjectRef("bench", "big.bin"), s3_client(given.s3)
    session = ReaderSession(client, FOR_EVER)
    source = S3ObjectSource(lambda: session, ref, lambda: datetime.now(UTC))
    transfer = transfer_of(source, given)
    partners = SftpPartners(AddressGuard.of(["127.0.0.0/8"]), TIMEOUT_SECONDS)
    ports: Any = SimpleNamespace(
        now=lambda: datetime.now(UTC),
        crc64=CRCS[Algorithm.CRC64NVME],
        crcs=CRCS,
        policy=SimpleNamespace(checkpoint_seconds=30),
    )
    pulse: Any = Pulse()
    credential = Credential(private_key=given.key.read_text())
    with source, partners.connect(destination(given), credential) as connected:
        connected.guard(pulse.fence)
        began, used = time.monotonic(), time.process_time()
        plan = transfer.known_plan
        with connected.open_part(str(given.target)) as sink:
            ends = Endpoints(transfer, source, sink, connected, ports, fresh=True)
            with ChunkMover(ends, pulse) as mover:
                for number in range(given.lane, plan.total, given.lanes):
                    mover.move(ChunkLease(transfer.ledger, number, "bench", 1, FOR_EVER))
        return time.monotonic() - began, time.process_time() - used


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
    given = parser.parse_args()
    seconds, cpu = move(given)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
