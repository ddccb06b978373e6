"""Finds the files of a transfer of many, judges their names, and stores them page by page."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import chain

from services.transfer.domain.errors import (
    ListingTooSlow,
    NothingSelected,
    SourceNotGranted,
    TooManyFiles,
)
from services.transfer.domain.inventory import MAX_FILES, Inventory, ListedFile, paged
from services.transfer.domain.names import folded
from services.transfer.domain.ports import Ports
from services.transfer.domain.selection import SourceKind
from services.transfer.domain.source import SourceObject
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.read_manifest import MAX_LISTED, read_manifest

LISTING_TIME = timedelta(seconds=240)  # of the step's 300: what ends in time says why


def take_inventory(transfer: Transfer, *, ports: Ports) -> SourceObject:
    """Each call makes an inventory of its own, under a new id. A call that was cut off leaves pages
    that nobody reads. Raises SourceError, NothingSelected, TooManyFiles, ManifestInvalid,
    ListingTooSlow."""
    of, source, found = ports.new_id(), transfer.source, _Found(transfer, ports)
    if transfer.known_selection.kind is SourceKind.MANIFEST:
        root, root_of_all, files = _of_manifest(transfer, found, ports=ports)
    else:
        root, root_of_all, files = source.key, None, _of_prefix(transfer, found, ports=ports)
    base_path = ports.destinations.read(transfer.destination_id).base_path
    judged = (found.counted(each.judged(transfer.target_path, base_path)) for each in files)
    pages = ports.inventories.add(transfer.id, of, paged(judged))
    if not found.files:
        raise NothingSelected(source.bucket, source.key)
    inventory = Inventory(
        of, found.files, pages, found.size_bytes, root, root_of_all, found.begun_at
    )
    modified = found.modified or found.begun_at
    return SourceObject(source, found.size_bytes, "", None, modified, inventory)


@dataclass
class _Found:
    transfer: Transfer
    ports: Ports
    files: int = 0
    size_bytes: int = 0
    modified: datetime | None = None  # the latest
    names: set[bytes] = field(default_factory=set)  # of all files, as digests of 8 bytes
    begun_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.begun_at = self.ports.now()

    def counted(self, file: ListedFile) -> ListedFile:
        self.files += 1
        if self.files > MAX_FILES:
            raise self.too_many(self.files)
        self.size_bytes += file.size_bytes
        self.modified = max(self.modified or file.modified, file.modified)
        return self._among_names(file)

    def _among_names(self, file: ListedFile) -> ListedFile:
        name = folded(file.name).encode(errors="surrogatepass")
        digest = blake2b(name, digest_size=8).digest()
        shares = digest in self.names and not file.is_folder
        self.names.add(digest)
        return replace(file, shares_name=True) if shares else file

    def require_time(self) -> None:
        if self.ports.now() - self.begun_at >= LISTING_TIME:
            source, seconds = self.transfer.source, int(LISTING_TIME.total_seconds())
            raise ListingTooSlow(source.bucket, source.key, self.files, seconds)

    def too_many(self, seen: int) -> TooManyFiles:
        source = self.transfer.source
        return TooManyFiles(source.bucket, source.key, MAX_FILES, seen)


def _of_prefix(transfer: Transfer, found: _Found, *, ports: Ports) -> Iterator[ListedFile]:
    source, selection = transfer.source, transfer.known_selection
    with ports.readers.authorize_many(source.bucket, source.key, transfer.id) as objects:
        for seen, each in enumerate(objects.listed(), 1):
            found.require_time()
            if seen > MAX_LISTED:
                raise found.too_many(seen)
            name = selection.name_of(each.key, source.key)
            if name and selection.takes(name):
                yield replace(each, name=name)


def _of_manifest(
    transfer: Transfer, found: _Found, *, ports: Ports
) -> tuple[str, str, Iterator[ListedFile]]:
    """(root, root_of_all, files). Keys that the requester may not read are refused one by one,
    without a look at them."""
    source, selection = transfer.source, transfer.known_selection
    keys: list[str] = []
    for key in read_manifest(transfer, ports=ports):
        found.require_time()
        if selection.takes(selection.name_of(key, source.key)):
            keys.append(key)
    if len(keys) > MAX_FILES:
        raise found.too_many(len(keys))
    readable = [key for key in keys if selection.may_read(key)]
    root = _common_beginning(readable)
    refused = (_not_granted(transfer, key, ports) for key in keys if not selection.may_read(key))
    files = chain(refused, _looked_at(root, readable, found))
    return root, _common_beginning(keys), files


def _common_beginning(keys: list[str]) -> str:
    """In order, only the first and the last one matter."""
    if not keys:
        return ""
    first, last = min(keys), max(keys)
    length = next((at for at, each in enumerate(first) if last[at] != each), len(first))
    return first[:length]


def _looked_at(root: str, keys: list[str], found: _Found) -> Iterator[ListedFile]:
    if not keys:
        return
    transfer, ports = found.transfer, found.ports
    with ports.readers.authorize_many(transfer.source.bucket, root, transfer.id) as objects:
        for key, told in zip(keys, objects.looked_at(keys), strict=True):
            found.require_time()
            if isinstance(told, ListedFile):
                yield told
            elif told.retryable:
                raise told
            else:
                yield _unseen(key, ports).refused(told)


def _not_granted(transfer: Transfer, key: str, ports: Ports) -> ListedFile:
    return _unseen(key, ports).refused(SourceNotGranted(transfer.source.bucket, key))


def _unseen(key: str, ports: Ports) -> ListedFile:
    return ListedFile(key, key, 0, "", ports.now())
