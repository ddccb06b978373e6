"""Finds the files of a transfer of many, judges their names, and stores them page by page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b

from services.transfer.domain.errors import (
    NothingSelected,
    SourceError,
    SourceNotGranted,
    TargetError,
    TooManyFiles,
)
from services.transfer.domain.inventory import MAX_FILES, Inventory, ListedFile, paged
from services.transfer.domain.names import below, folded, resolve_target
from services.transfer.domain.ports import Ports
from services.transfer.domain.selection import SourceKind
from services.transfer.domain.source import SourceObject
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.read_manifest import read_manifest

MAX_LISTED = 500_000  # also of those that patterns leave out: a step has minutes, not hours


def take_inventory(transfer: Transfer, *, ports: Ports) -> SourceObject:
    """Each call makes an inventory of its own, under a new id. A call that was cut off leaves pages
    that nobody reads. Raises SourceError, NothingSelected, TooManyFiles, ManifestInvalid."""
    of, source, found = ports.new_id(), transfer.source, _Found()
    if transfer.known_selection.kind is SourceKind.MANIFEST:
        root, files = _of_manifest(transfer, ports=ports)
    else:
        root, files = source.key, _of_prefix(transfer, ports=ports)
    base_path = ports.destinations.read(transfer.destination_id).base_path
    judged = (found.counted(_judged(each, transfer, base_path), transfer) for each in files)
    for number, page in enumerate(paged(judged)):
        ports.inventories.add(transfer.id, of, number, page)
        found.pages += 1
    if not found.files:
        raise NothingSelected(source.bucket, source.key)
    inventory = Inventory(of, found.files, found.pages, found.size_bytes, root)
    modified = found.modified or ports.now()
    return SourceObject(source, found.size_bytes, "", None, modified, inventory)


@dataclass
class _Found:
    files: int = 0
    size_bytes: int = 0
    pages: int = 0
    modified: datetime | None = None  # the latest
    names: set[bytes] = field(default_factory=set)  # of all files, as digests of 8 bytes

    def counted(self, file: ListedFile, transfer: Transfer) -> ListedFile:
        self.files += 1
        if self.files > MAX_FILES:
            source = transfer.source
            raise TooManyFiles(source.bucket, source.key, MAX_FILES, self.files)
        self.size_bytes += file.size_bytes
        self.modified = max(self.modified or file.modified, file.modified)
        return file if file.refusal is not None else self._among_names(file)

    def _among_names(self, file: ListedFile) -> ListedFile:
        name = folded(file.name).encode(errors="surrogatepass")
        digest = blake2b(name, digest_size=8).digest()
        shares = digest in self.names and not file.is_folder
        self.names.add(digest)
        return replace(file, shares_name=True) if shares else file


def _of_prefix(transfer: Transfer, *, ports: Ports) -> Iterator[ListedFile]:
    source, selection = transfer.source, transfer.known_selection
    with ports.readers.authorize_many(source.bucket, source.key, transfer.id) as objects:
        for seen, each in enumerate(objects.listed(), 1):
            if seen > MAX_LISTED:
                raise TooManyFiles(source.bucket, source.key, MAX_FILES, seen)
            name = selection.name_of(each.key, source.key)
            if name and selection.takes(name):
                yield replace(each, name=name)


def _of_manifest(transfer: Transfer, *, ports: Ports) -> tuple[str, Iterator[ListedFile]]:
    """Keys that the requester may not read are refused one by one, without a look at them."""
    source, selection = transfer.source, transfer.known_selection
    keys = [
        key
        for key in read_manifest(transfer, ports=ports)
        if selection.takes(selection.name_of(key, source.key))
    ]
    if len(keys) > MAX_FILES:
        raise TooManyFiles(source.bucket, source.key, MAX_FILES, len(keys))
    readable = [key for key in keys if selection.may_read(key)]
    root = _common_beginning(readable)
    refused = _not_granted(transfer, (key for key in keys if not selection.may_read(key)), ports)
    return root, _looked_at(transfer, root, readable, refused, ports=ports)


def _common_beginning(keys: list[str]) -> str:
    """In order, only the first and the last one matter."""
    if not keys:
        return ""
    first, last = min(keys), max(keys)
    length = next((at for at, each in enumerate(first) if last[at] != each), len(first))
    return first[:length]


def _looked_at(
    transfer: Transfer, root: str, keys: list[str], refused: Iterable[ListedFile], *, ports: Ports
) -> Iterator[ListedFile]:
    yield from refused
    if not keys:
        return
    bucket = transfer.source.bucket
    with ports.readers.authorize_many(bucket, root, transfer.id) as objects:
        for key, found in zip(keys, objects.looked_at(keys), strict=True):
            if isinstance(found, ListedFile):
                yield found
            elif found.retryable:
                raise found
            else:
                yield _refused(key, found, ports.now())


def _not_granted(transfer: Transfer, keys: Iterable[str], ports: Ports) -> Iterator[ListedFile]:
    for key in keys:
        yield _refused(key, SourceNotGranted(transfer.source.bucket, key), ports.now())


def _refused(key: str, error: SourceError | SourceNotGranted, now: datetime) -> ListedFile:
    return ListedFile(key, key, 0, "", now, (error.code, str(error)))


def _judged(file: ListedFile, transfer: Transfer, base_path: str) -> ListedFile:
    if file.refusal is not None:
        return file
    try:
        resolve_target(base_path, below(transfer.target_path, file.name.removesuffix("/")))
    except TargetError as error:
        return replace(file, refusal=(error.code, str(error)))
    return file
