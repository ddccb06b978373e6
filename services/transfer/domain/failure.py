"""Why a transfer failed, as events, the API and the record tell it."""

import re
from dataclasses import dataclass

from services.transfer.domain.errors import TransferError
from services.transfer.domain.tries import Tries
from services.transfer.domain.words import legible

# The narrowest place is the cause of a failed workflow step: 32,768 characters. There a character
# outside the BMP takes 14 (two \\uXXXX in JSON that is a string in JSON), which makes 28,000.
MAX_MESSAGE_CHARACTERS = 2_000
CODE = re.compile("[a-z][a-z_]{0,63}")
UNKNOWN_CODE = "internal_error"


@dataclass(frozen=True)
class Failure:
    """Whatever it is made of, table, events and workflow take it."""

    code: str
    message: str
    retryable: bool
    tries: Tries | None = None  # while it is being tried again

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            object.__setattr__(self, "code", UNKNOWN_CODE)
        object.__setattr__(self, "message", legible(self.message, MAX_MESSAGE_CHARACTERS))

    @property
    def waits(self) -> bool:
        """Nothing went wrong. It stands in line for a session."""
        return self.tries is not None and self.tries.waits

    @classmethod
    def of(cls, error: TransferError) -> "Failure":
        return cls(error.code, str(error), error.retryable)
