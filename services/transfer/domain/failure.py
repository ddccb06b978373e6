"""Why a transfer failed, as events, the API and the record tell it."""

from dataclasses import dataclass

from services.transfer.domain.errors import TransferError


@dataclass(frozen=True)
class Failure:
    code: str
    message: str
    retryable: bool

    @classmethod
    def of(cls, error: TransferError) -> "Failure":
        return cls(error.code, str(error), error.retryable)
