"""Asks the partner's server for its own checksum of the file, and compares it."""

from contextlib import suppress
from dataclasses import dataclass

from services.transfer.domain.checksums import COMBINABLE, Algorithm, FileChecksum
from services.transfer.domain.errors import PartnerChecksumDiffers, PartnerError, TransferError
from services.transfer.domain.ledger import Mark
from services.transfer.domain.partner_checksums import MAX_TRIES
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.change_transfer import change_run
from services.transfer.domain_services.compare_samples import UNSEEN
from services.transfer.domain_services.proof_sums import target_crc


@dataclass
class ContentDiffers(Exception):
    """What to tell when it is found for the first time, and when sending anew did not help."""

    first: TransferError
    again: TransferError


def ask_checksum(
    transfer: Transfer,
    session: PartnerSession,
    path: str,
    sent: FileChecksum | None,
    *,
    ports: Ports,
) -> FileChecksum | None:
    """The server's own checksum, if it is equal to `sent`. None where the plan has none, where
    nothing is there to compare it with, and where the server does not tell it after all. A server
    that breaks the connection over it is asked MAX_TRIES times. Raises ContentDiffers."""
    wanted, size = transfer.known_strategy.checksum, transfer.known_source.size_bytes
    if wanted is None or sent is None or transfer.checksum_tries >= MAX_TRIES:
        return None
    try:
        told = session.file_checksum(path, [wanted], size)
    except UNSEEN:
        return None
    except PartnerError:
        with suppress(TransferError):  # of both, the partner's error says more
            change_run(transfer.run_id, lambda current: current.checksum_unanswered(), ports=ports)
        raise
    if told is not None and told != sent:
        algorithm = wanted.value
        differs = PartnerChecksumDiffers(path, algorithm, sent.value, told.value)
        raise ContentDiffers(differs, differs)
    return told


def sent_checksum(
    transfer: Transfer, whole: Mark, in_order: FileChecksum | None, *, ports: Ports
) -> FileChecksum | None:
    """Of all bytes sent, in the algorithm that the plan compares. `whole` is the sum of the chunks.
    Hashes come from S3, whose checksum was compared with the bytes, or from a lane."""
    algorithm, of_source = transfer.known_strategy.checksum, transfer.known_source.checksum
    if algorithm is None:
        return None
    if algorithm is Algorithm.CRC64NVME:
        return FileChecksum(algorithm, f"{whole.crc64:016x}")
    if algorithm in COMBINABLE:
        own = target_crc(transfer, ports) is not None
        return FileChecksum(algorithm, f"{whole.target_crc if own else whole.source_crc:08x}")
    if of_source is not None and of_source.algorithm is algorithm and of_source.value:
        return FileChecksum(algorithm, of_source.value)
    known = in_order or transfer.sent_checksum
    return known if known is not None and known.algorithm is algorithm else None
