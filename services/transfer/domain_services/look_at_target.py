"""Looks at a file at the partner: its size, and whether an earlier commit gave it its name."""

from collections import deque
from dataclasses import dataclass

from services.transfer.domain.errors import (
    DeliveryUnclear,
    PartMissing,
    SizeMismatch,
    TargetNotAFile,
)
from services.transfer.domain.ports import FileKind, PartnerSession, Ports
from services.transfer.domain.strategy import Strategy
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.compare_samples import HIDDEN, Sample, sample


@dataclass(frozen=True)
class Look:
    """`there` is None where the server does not show it. `kind` and size are None where it does not
    tell them."""

    there: bool | None
    size_bytes: int | None = None
    kind: FileKind | None = None


def look_at(session: PartnerSession, path: str, strategy: Strategy) -> Look:
    """A failed look at a server that usually tells what is there raises, and is tried again. Where
    it tells nothing, reading does. A server that nobody has tested may say of any file that it is
    missing."""
    look = _shown(session, path, strategy)
    missing_perhaps = look.there is False and strategy.tells_missing is None
    if strategy.reads and (look.there is None or missing_perhaps):
        return _read(session, path) or look
    return look


def _shown(session: PartnerSession, path: str, strategy: Strategy) -> Look:
    if not strategy.shows_files:
        return Look(None)
    try:
        seen = session.look(path)
    except HIDDEN as error:
        if strategy.tells_missing and error.retryable:
            raise
        return Look(None)
    return Look(False) if seen is None else Look(True, seen.size_bytes, seen.kind)


def _read(session: PartnerSession, path: str) -> Look | None:
    """What its first byte tells. None where nothing can be read."""
    try:
        with session.open_reader(path) as reader:
            deque(reader.read([(0, 1)]), maxlen=0)
    except PartMissing:
        return Look(False)
    except SizeMismatch:  # it is empty
        return Look(True)
    except HIDDEN:  # as from a folder, too
        return None
    return Look(True)


def require_a_file(path: str, look: Look) -> None:
    """Raises TargetNotAFile for what must never be renamed or written to. A link may be replaced:
    then the link goes, and what it leads to stays."""
    if look.kind in (FileKind.FOLDER, FileKind.OTHER):
        raise TargetNotAFile(path, look.kind.value)


def require_size(transfer: Transfer, path: str, look: Look) -> None:
    """Raises PartMissing, SizeMismatch. Raises nothing where the server shows no sizes."""
    if look.there is False:
        raise PartMissing(path)
    expected, found = transfer.known_source.size_bytes, look.size_bytes
    if look.there and found is not None and found != expected:
        raise SizeMismatch(path, expected, found)


def renamed_before(transfer: Transfer, session: PartnerSession, *, ports: Ports) -> bool:
    """Whether an earlier commit gave the file its name, although the answer to its rename was lost.
    It looks at both names, and at the content where the sizes do not tell. Raises PartMissing when
    the part file is gone and the old target still has its name, DeliveryUnclear when nothing
    tells."""
    final, part, strategy = transfer.final_path, transfer.known_part.path, transfer.known_strategy
    if final is None or final == part or _is_there(session, part, strategy):
        return False
    seen = look_at(session, final, strategy)
    expected, existed = transfer.known_source.size_bytes, transfer.final_existed_bytes
    if not seen.there or seen.size_bytes == expected:
        compared = sample(transfer, session, final, ports=ports)
        if compared is Sample.EQUAL:
            return True
        if compared is Sample.UNSEEN:
            if seen.there and existed != expected:
                return True  # nothing else had that size
            raise DeliveryUnclear(part, final)
    if seen.there and seen.size_bytes == existed:
        raise PartMissing(part)
    raise DeliveryUnclear(part, final)


def _is_there(session: PartnerSession, part: str, strategy: Strategy) -> bool:
    """Where the server does not show it, opening the file tells."""
    seen = look_at(session, part, strategy).there
    if seen is None:
        try:
            session.open_part(part, strategy).close()
        except PartMissing:
            return False
        except HIDDEN:
            return not strategy.reopens  # it refuses to open any file again
        return True
    return seen
