"""Looks at a file at the partner: its size, and whether an earlier commit gave it its name."""

from dataclasses import dataclass

from services.transfer.domain.errors import DeliveryUnclear, PartMissing, SizeMismatch
from services.transfer.domain.ports import PartnerSession, Ports
from services.transfer.domain.transfer import Transfer
from services.transfer.domain_services.compare_samples import HIDDEN, UNSEEN, Sample, sample


@dataclass(frozen=True)
class Look:
    """`there` is None where the server shows no sizes."""

    there: bool | None
    size_bytes: int | None = None


def look_at(session: PartnerSession, path: str) -> Look:
    try:
        size = session.size(path)
    except HIDDEN:
        return Look(None)
    return Look(size is not None, size)


def require_size(transfer: Transfer, path: str, look: Look) -> None:
    """Raises PartMissing, SizeMismatch. Raises nothing where the server shows no sizes."""
    if look.there is False:
        raise PartMissing(path)
    if look.there and look.size_bytes != transfer.known_source.size_bytes:
        raise SizeMismatch(path, transfer.known_source.size_bytes, look.size_bytes or 0)


def renamed_before(transfer: Transfer, session: PartnerSession, *, ports: Ports) -> bool:
    """Whether an earlier commit gave the file its name, although the answer to its rename was lost.
    It looks at both names, and at the content where the sizes do not tell. Raises PartMissing when
    the part file is gone and the old target still has its name, DeliveryUnclear when nothing
    tells."""
    final, part = transfer.final_path, transfer.known_part.path
    if final is None or _is_there(session, part):
        return False
    seen = look_at(session, final)
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


def _is_there(session: PartnerSession, part: str) -> bool:
    """Where the server shows no sizes, opening the file tells."""
    seen = look_at(session, part).there
    if seen is None:
        try:
            session.open_part(part).close()
        except UNSEEN:
            return False
        return True
    return seen
