"""Finds out which checksums a partner's server computes itself, and computes right."""

from contextlib import suppress

from services.transfer.adapters.awscrt_crcs import CRCS
from services.transfer.domain.checksums import Algorithm, hasher
from services.transfer.domain.errors import PartnerError, TargetError
from services.transfer.domain.ports import PartnerSession

ANSWER_SECONDS = 5.0  # for a few kilobytes
TRIED = (Algorithm.CRC32, Algorithm.SHA256, Algorithm.SHA1, Algorithm.MD5)


def offered_checksums(session: PartnerSession, path: str, content: bytes) -> tuple[Algorithm, ...]:
    """Asks for each of a file that holds `content`. Where nothing is offered, nothing is sent. A
    server that answers with anything else than the right value, or too late, offers it for nothing.
    Whoever is too late has lost the session."""
    right: list[Algorithm] = []
    with suppress(PartnerError):
        right.extend(each for each in TRIED if _is_right(session, path, content, each))
    return tuple(right)


def _is_right(session: PartnerSession, path: str, content: bytes, algorithm: Algorithm) -> bool:
    try:
        told = session.file_checksum(path, [algorithm], len(content), ANSWER_SECONDS)
    except TargetError:
        return False
    computed = hasher(algorithm, CRCS.get(algorithm))
    computed.update(content)
    return told is not None and told.value == computed.hexdigest()
