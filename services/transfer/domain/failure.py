"""Why a transfer failed, as events, the API and the record tell it."""

from dataclasses import dataclass

from services.transfer.domain.errors import TransferError
from services.transfer.domain.tries import Tries


@dataclass(frozen=True)
class Failure:
    code: str
    message: str
    retryable: bool
    tries: Tries | None = None  # while it is being tried again

    @classmethod
    def of(cls, error: TransferError) -> "Failure":
        return cls(error.code, str(error), error.retryable)
