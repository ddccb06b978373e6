"""Whether an earlier commit gave the file its name although its answer was lost."""

from services.transfer.domain.errors import PartMissing
from services.transfer.domain.ports import PartnerSession
from services.transfer.domain.transfer import Transfer


def renamed_before(transfer: Transfer, session: PartnerSession) -> bool:
    """Looks at both names. Raises PartMissing where the part file is gone and the final name proves
    nothing: another size, or the size of what stood there before."""
    if transfer.final_path is None or session.size(transfer.part) is not None:
        return False
    found = session.size(transfer.final_path)
    if found != transfer.pinned.size_bytes or found == transfer.final_existed_bytes:
        raise PartMissing(transfer.part)
    return True
