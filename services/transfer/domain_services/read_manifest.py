"""Reads the keys that a manifest lists: one in each line, or one JSON object in each."""

import json
from collections.abc import Iterator

from services.transfer.domain.errors import ManifestInvalid, TooManyFiles
from services.transfer.domain.inventory import MAX_FILES
from services.transfer.domain.ports import Ports
from services.transfer.domain.transfer import Transfer

MAX_MANIFEST_BYTES = 32 << 20  # 100,000 keys of 300 bytes; it is held in memory as a whole
MAX_KEY_BYTES = 1_024  # S3's own limit
READ_BYTES = 1 << 20
MAX_LISTED = 500_000  # also of those that patterns leave out: a step has minutes, not hours


def read_manifest(transfer: Transfer, *, ports: Ports) -> list[str]:
    """The keys in their order, each once. Raises ManifestInvalid, TooManyFiles, SourceError."""
    ref = transfer.source
    with ports.readers.authorize(ref, session_name=transfer.id) as source:
        found = source.inspect()
        if found.size_bytes > MAX_MANIFEST_BYTES:
            raise _invalid(transfer, f"it has more than {MAX_MANIFEST_BYTES >> 20} MiB")
        body = b"".join(source.read(found, 0, found.size_bytes, READ_BYTES))
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _invalid(transfer, f"byte {error.start} is not UTF-8") from None
    keys: dict[str, None] = {}
    for key in _keys(text, transfer):
        keys[key] = None
        if len(keys) > MAX_LISTED:
            raise TooManyFiles(ref.bucket, ref.key, MAX_FILES, len(keys))
    return list(keys)


def _keys(text: str, transfer: Transfer) -> Iterator[str]:
    """Only \\n and \\r\\n end a line, because a key may hold what else Python takes for an end."""
    for number, line in enumerate(_lines(text), 1):
        told = line.removesuffix("\r")
        if not told.strip():
            continue
        key = _key_of(told) if told.startswith("{") else told
        if key is None or not 1 <= len(key.encode(errors="replace")) <= MAX_KEY_BYTES:
            raise _invalid(transfer, f"line {number} holds no key of 1 to {MAX_KEY_BYTES} bytes")
        yield key


def _lines(text: str) -> Iterator[str]:
    """One after the other: a list of millions of short ones would fill the memory."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin)
        end = len(text) if end < 0 else end
        yield text[begin:end]
        begin = end + 1


def _key_of(line: str) -> str | None:
    """None where there is none. A lone surrogate in JSON is no text."""
    try:
        told = json.loads(line)
        key = told.get("key") if isinstance(told, dict) else None
        return key if isinstance(key, str) and key.encode() else None
    except (ValueError, RecursionError):
        return None


def _invalid(transfer: Transfer, detail: str) -> ManifestInvalid:
    return ManifestInvalid(transfer.source.bucket, transfer.source.key, detail)
