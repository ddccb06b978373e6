"""What whoever runs a stage decides about messages."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Policy:
    """`transfer_link` has {id} in the place of the id. Nobody is told of transfers of
    `synthetic_user`."""

    stalled_after: timedelta = timedelta(minutes=10)
    operator_address: str | None = None
    transfer_link: str | None = None
    synthetic_user: str | None = None
