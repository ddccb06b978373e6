"""Which objects one transfer of many files sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.transfer.domain.globs import matches


class SourceKind(StrEnum):
    PREFIX = "prefix"  # every object whose key begins with the source's key
    MANIFEST = "manifest"  # the objects that the object under the source's key lists


@dataclass(frozen=True)
class Selection:
    """`granted`: the prefixes of the bucket that its requester may read, as they were at the last
    request or retry. A manifest may name other keys."""

    kind: SourceKind
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    granted: tuple[str, ...] = ("",)

    def takes(self, name: str) -> bool:
        """Without patterns to include, every name is included. What is excluded stays out."""
        included = not self.include or _any_matches(self.include, name)
        return included and not _any_matches(self.exclude, name)

    def may_read(self, key: str) -> bool:
        return key.startswith(self.granted)

    def reads(self, key: str) -> bool:
        """Whether an object that was listed may be read now. Of a prefix, all may be or nothing:
        who begins a run is asked for that."""
        return self.kind is not SourceKind.MANIFEST or self.may_read(key)

    def name_of(self, key: str, source_key: str) -> str:
        """The file's name below the target's folder: the key, for a prefix without its folder."""
        if self.kind is SourceKind.MANIFEST:
            return key
        return key[source_key.rfind("/") + 1 :]


def _any_matches(patterns: Sequence[str], name: str) -> bool:
    return any(matches(each, name) for each in patterns)
