"""What of a transfer and of a destination goes to another region, and how it arrives there."""

import re
from dataclasses import replace

from services.transfer.domain.destination import Destination
from services.transfer.domain.errors import RegionOvertaken
from services.transfer.domain.status import ENDED, Status
from services.transfer.domain.transfer import Transfer

ID = re.compile(r"[!-~]{1,200}")


def transfer_leaves(transfer: Transfer) -> Transfer:
    """Without its ledger, which stays. Nobody else may know which bytes are read back, and tokens
    are of one region's workflow."""
    bare = replace(transfer, sample_secret="", task_tokens=())
    return bare if transfer.status is Status.COMPLETED else bare.without_ledger()


def alike(one: Transfer, other: Transfer) -> bool:
    """But for the generation, which is apart in each region."""
    return replace(one, generation=0) == replace(other, generation=0)


def transfer_arrives(transfer: Transfer, stored: Transfer | None, secret: str) -> Transfer | None:
    """None where what is stored is newer, or was begun here and is under way. What was overtaken
    here gives way to the region that overtook it. Raises ValueError."""
    if not ID.fullmatch(transfer.id):
        raise ValueError(f"{transfer.id!r} is no id of a transfer")
    arrived = replace(transfer_leaves(transfer), sample_secret=secret).from_elsewhere()
    if stored is None:
        return arrived
    if stored.failure is not None and stored.failure.code == RegionOvertaken.code:
        newest = max(transfer.version, stored.version + 1)
        return replace(arrived, version=newest) if transfer.status in ENDED else None
    own = stored.status not in ENDED and not stored.was_carried
    return arrived if transfer.version > stored.version and not own else None


def destination_arrives(destination: Destination, stored: Destination | None) -> Destination | None:
    """Its credential comes by the replica of its secret. Raises ValueError."""
    if not ID.fullmatch(destination.id):
        raise ValueError(f"{destination.id!r} is no id of a destination")
    newer = stored is None or destination.version > stored.version
    return destination if newer else None
