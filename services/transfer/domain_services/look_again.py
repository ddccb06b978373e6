"""In a retry: looks again at the files that were refused when the inventory was taken. An object
may be there, restored or granted by now."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.transfer.domain.errors import ObjectGrew, SourceError, SourceNotGranted
from services.transfer.domain.inventory import SMALL_BYTES, ListedFile
from services.transfer.domain_services.page_ends import PageEnds


def look_again(
    files: Sequence[ListedFile], places: Sequence[int], ends: PageEnds
) -> Iterator[tuple[int, ListedFile | SourceError]]:
    """(place, the file as it is now) of each that was refused. A SourceError is one that may
    pass."""
    wanted: list[int] = []
    for at in places:
        if files[at].refusal is None:
            continue
        judged = _judged(files[at], ends)
        if judged.refusal is None:
            wanted.append(at)
        else:
            yield at, judged
    if not wanted:
        return
    told = ends.source.looked_at(files[at].key for at in wanted)
    for at, found in zip(wanted, told, strict=True):
        yield at, _as_found(files[at], found, ends)


def _judged(file: ListedFile, ends: PageEnds) -> ListedFile:
    """By its name and its grant, as they are today."""
    base_path, transfer = ends.visit.destination.base_path, ends.transfer
    judged = replace(file, refusal=None).judged(transfer.target_path, base_path)
    if judged.refusal is None and not transfer.known_selection.reads(file.key):
        return judged.refused(SourceNotGranted(transfer.source.bucket, file.key))
    return judged


def _as_found(
    file: ListedFile, found: ListedFile | SourceError, ends: PageEnds
) -> ListedFile | SourceError:
    """A long object keeps a place of its own, but gets none among small ones: pages never
    change."""
    if isinstance(found, SourceError):
        return found if found.retryable else file.refused(found)
    if file.is_small and not found.is_small:
        bucket = ends.transfer.source.bucket
        return file.refused(ObjectGrew(bucket, file.key, found.size_bytes, SMALL_BYTES))
    return replace(found, name=file.name, shares_name=file.shares_name)
