"""Reads the checksums of an object and of its parts from S3's answers."""

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from services.transfer.adapters.awscrt_crcs import CRCS
from services.transfer.domain.checksums import DIGEST_BYTES, Algorithm, Crc, ObjectChecksum
from services.transfer.domain.errors import SourceUnavailable
from services.transfer.domain.source import SourceObject

# Each list is in the order of preference.
WHOLE_AND_COMBINABLE = (Algorithm.CRC64NVME, Algorithm.CRC32C, Algorithm.CRC32)
BY_PART = (Algorithm.SHA256, Algorithm.SHA1, Algorithm.CRC32C, Algorithm.CRC32)
WHOLE = (Algorithm.SHA256, Algorithm.SHA1)
MD5_ETAG = re.compile(r'"?([0-9a-fA-F]{32})"?')
ETAG_IS_MD5 = frozenset({None, "AES256"})  # with KMS or FSx encryption the ETag is something else
PAGE_PARTS = 1_000  # the most that GetObjectAttributes lists at once
Answer = Mapping[str, Any]


def best_checksum(
    head: Answer, of_parts: Callable[[Algorithm], ObjectChecksum | None]
) -> ObjectChecksum | None:
    """The best checksum in S3's answer to HEAD. `of_parts` gives what the checksums of the parts
    come to, and is asked only when it matters. None from it means that S3 has none that we could
    use."""
    if found := _whole(head, WHOLE_AND_COMBINABLE):
        return found
    by_part = next((each for each in BY_PART if _is_by_part(head, each)), None)
    if by_part is not None and (found := of_parts(by_part)):
        return found
    return _whole(head, WHOLE) or _md5(head)


def checksum_of_parts(
    parts: Iterable[Answer], size_bytes: int, algorithm: Algorithm
) -> ObjectChecksum | None:
    """Checksums of even parts are compared part by part. CRCs of uneven ones combine to that of the
    whole object. Hashes of uneven parts are of no use: a chunk has to hold whole parts."""
    crc = CRCS.get(algorithm)
    listed = parts if crc is None else list(parts)
    part_bytes = even_part_bytes(listed, size_bytes, algorithm)
    if part_bytes is not None:
        return ObjectChecksum(algorithm, part_bytes=part_bytes)
    value = None if crc is None else _combined(listed, size_bytes, algorithm, crc)
    return None if value is None else ObjectChecksum(algorithm, value, of_parts=True)


def _combined(
    parts: Iterable[Answer], size_bytes: int, algorithm: Algorithm, crc: Crc
) -> str | None:
    """None unless `parts` are all parts of the object, each with its checksum."""
    whole, end = 0, 0
    for index, part in enumerate(parts):
        length = part.get("Size", 0)
        value = _part_value(part, index, length, algorithm)
        if length < 1 or value is None:
            return None
        whole, end = crc.combine(whole, int(value, 16), length), end + length
    return f"{whole:0{2 * DIGEST_BYTES[algorithm]}x}" if end == size_bytes else None


def even_part_bytes(parts: Iterable[Answer], size_bytes: int, algorithm: Algorithm) -> int | None:
    """The size of every part but the last, which may be shorter. None unless `parts` are all parts
    of the object, each with its checksum. It stops at the first part that does not fit."""
    part_bytes, end = 0, 0
    for index, part in enumerate(parts):
        part_bytes = part_bytes or part.get("Size", 0)
        length = min(part_bytes, size_bytes - end)
        if length < 1 or _part_value(part, index, length, algorithm) is None:
            return None
        end += length
    return part_bytes if part_bytes and end == size_bytes else None


def checksums_of(
    parts: Iterable[Answer], source: SourceObject, first: int, count: int
) -> list[str]:
    """The checksums of the parts first .. first + count - 1. Raises SourceUnavailable when other
    parts are listed, ValueError for an object without checksums by part."""
    checksum, ref, values = source.checksum, source.ref, list[str]()
    if checksum is None or checksum.part_bytes is None:
        raise ValueError(f"{ref} has no checksums by part")
    for index, part in enumerate(parts, first):
        length = min(checksum.part_bytes, source.size_bytes - index * checksum.part_bytes)
        value = _part_value(part, index, length, checksum.algorithm)
        if value is None:
            detail = f"part {index + 1} is not listed with {length} bytes and its checksum"
            raise SourceUnavailable(ref.bucket, ref.key, detail)
        values.append(value)
    if len(values) != count:
        detail = f"{len(values)} parts listed from part {first + 1} on, instead of {count}"
        raise SourceUnavailable(ref.bucket, ref.key, detail)
    return values


def listed_parts(page: Callable[[int, int], Answer], first: int, count: int) -> Iterator[Answer]:
    """At most `count` parts from part `first` (0-based) on, as S3 lists them. `page` takes how many
    parts to skip and how many to list at most."""
    seen = 0
    while seen < count:
        told = page(first + seen, min(count - seen, PAGE_PARTS))
        parts = told.get("Parts", [])[: count - seen]
        yield from parts
        seen += len(parts)
        if not parts or not told.get("IsTruncated"):
            return


def _part_value(part: Answer, index: int, length: int, algorithm: Algorithm) -> str | None:
    """None unless this is part `index` (0-based) with that length and with such a checksum."""
    if (part.get("PartNumber"), part.get("Size")) != (index + 1, length):
        return None
    return _value(part, algorithm)


def _whole(head: Answer, algorithms: Iterable[Algorithm]) -> ObjectChecksum | None:
    if _composite(head):
        return None
    values = ((each, _value(head, each)) for each in algorithms)
    return next((ObjectChecksum(each, value) for each, value in values if value), None)


def _is_by_part(head: Answer, algorithm: Algorithm) -> bool:
    text: str = head.get(_field(algorithm), "")  # '-2' at its end: made of two parts' checksums
    return "-" in text or (text != "" and _composite(head))


def _composite(head: Answer) -> bool:
    """Whether S3's value is a checksum of the parts' checksums. Where the type is missing, the ETag
    tells whether the object came in parts. Mistaking such a value for a checksum of the bytes would
    fail a correct transfer."""
    of_type = head.get("ChecksumType")
    return of_type == "COMPOSITE" if of_type else "-" in head.get("ETag", "")


def _md5(head: Answer) -> ObjectChecksum | None:
    found = MD5_ETAG.fullmatch(head.get("ETag", ""))
    opaque = head.get("ServerSideEncryption") not in ETAG_IS_MD5 or head.get("SSECustomerAlgorithm")
    return None if found is None or opaque else ObjectChecksum(Algorithm.MD5, found[1].lower())


def _value(answer: Answer, algorithm: Algorithm) -> str | None:
    """Lower-case hex. None when there is no checksum, or not a whole one."""
    try:
        digest = base64.b64decode(answer.get(_field(algorithm), ""), validate=True)
    except ValueError:
        return None
    return digest.hex() if len(digest) == DIGEST_BYTES[algorithm] else None


def _field(algorithm: Algorithm) -> str:
    return f"Checksum{algorithm.name}"
