"""What is going to be proven, and what was proven, in one sentence for people."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from services.transfer.domain.checksums import COMBINABLE, Algorithm
from services.transfer.domain.proof import ALL_PERCENT, Proven, Receipt, SourceChecksum, Verify
from services.transfer.domain.strategy import Strategy

NAMES: Mapping[Algorithm, str] = MappingProxyType(
    {
        Algorithm.CRC64NVME: "CRC-64/NVME",
        Algorithm.CRC32C: "CRC-32C",
        Algorithm.CRC32: "CRC-32",
        Algorithm.SHA256: "SHA-256",
        Algorithm.SHA1: "SHA-1",
        Algorithm.MD5: "MD5",
    }
)


def planned_proof(strategy: Strategy, verify: Verify, readback_percent: int) -> str:
    """Said before the first byte moves. A server that nobody has tested may allow less."""
    tested = strategy.tells_missing is not None
    allowed = "" if tested else " as far as the server, which was never tested, allows it"
    proofs = "; ".join(_planned(strategy, verify, readback_percent))
    return f"Proven at the partner{allowed}: {proofs}."


def _planned(strategy: Strategy, verify: Verify, readback_percent: int) -> Iterator[str]:
    durable = strategy.fsync and strategy.tells_missing is not None
    yield "every write is acknowledged" + (" and an fsync follows it" if durable else "")
    if strategy.shows_files:
        yield "the size is right"
    if verify is Verify.READBACK and readback_percent == ALL_PERCENT:
        yield "every byte is read back"
    elif verify is Verify.READBACK:
        yield f"{readback_percent} % of the bytes are read back, some of each part of the file"
    elif verify is not Verify.SIZE and strategy.reads:
        yield "samples of every chunk are read back"
    if strategy.checksum is not None:
        in_one_go = "" if strategy.checksum in COMBINABLE else " if it is sent in one go"
        name = NAMES[strategy.checksum]
        yield f"the server's own {name} of the file is compared{in_one_go}"
    elif strategy.no_checksum is not None:
        yield strategy.no_checksum


def proven_words(receipt: Receipt) -> str:
    """Only what is on record of this very file."""
    clauses = "; ".join((_of_source(receipt), *_at_partner(receipt)))
    return f"{clauses}."


def _of_source(receipt: Receipt) -> str:
    if receipt.files is not None:
        return _of_sources(receipt)
    sent = f"{receipt.bytes_sent:,} bytes were sent"
    algorithm = receipt.source_algorithm
    if receipt.source_checksum is SourceChecksum.MATCHED and algorithm is not None:
        of_what = "of its parts" if receipt.by_parts else "of the object"
        sent = f"{sent} and have S3's own {NAMES[algorithm]} {of_what}"
    elif receipt.source_checksum is SourceChecksum.ABSENT:
        sent = f"{sent}, of which S3 has no checksum that can be compared"
    elif receipt.source_checksum is SourceChecksum.NOT_COMPARED:
        sent = f"{sent} and were not compared with any checksum of S3"
    if receipt.verified is Verify.REREAD:
        sent = f"{sent}, and were read twice from S3 and equal"
    return sent


def _of_sources(receipt: Receipt) -> str:
    """Of many files."""
    sent = f"{receipt.bytes_sent:,} bytes were sent in many files"
    if receipt.source_checksum is SourceChecksum.MATCHED:
        return f"{sent}, and each file has S3's own checksum of its object"
    if receipt.source_checksum is SourceChecksum.NOT_COMPARED:
        return f"{sent} and were not compared with any checksum of S3"
    return f"{sent}, of which some were not compared with a checksum of S3"


def _at_partner(receipt: Receipt) -> Iterator[str]:
    seen = receipt.at_partner
    durable = {True: " and an fsync behind it", False: " and has no fsync", None: ""}[seen.durable]
    yield f"the partner's server acknowledged every write{durable}"
    if seen.size_seen or receipt.proven is Proven.SIZE:
        what = "the file" if receipt.files is None else "each file"
        yield f"it showed {what} with the right size"
    elif seen.size_seen is False:
        yield "it showed no size"
    yield _read_back(receipt)
    if seen.checksum is not None:
        yield f"its own {NAMES[seen.checksum.algorithm]} of the file is that of what was sent"


def _read_back(receipt: Receipt) -> str:
    read, size = receipt.at_partner.read_back_bytes, receipt.bytes_sent
    if receipt.proven is Proven.READBACK or (read == size and size):
        return "every byte was read back and is equal"
    if (not read and receipt.proven is not Proven.SAMPLED) or size == 0:
        return "nothing was read back"
    if not read:
        of_what = "every chunk" if receipt.files is None else "the files"
        return f"samples of {of_what} were read back and are equal"
    return f"{read:,} of the bytes ({_percent(read, size)} %) were read back and are equal"


def _percent(part: int, whole: int) -> str:
    """Rounded down, so that less than all is never 100."""
    tenths = 1_000 * part // whole
    return f"{tenths / 10:.1f}" if tenths else "less than 0.1"
