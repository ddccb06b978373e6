"""How long to wait before the next try: exponential backoff with full jitter, by the class of the
error.
"""

from dataclasses import dataclass
from random import Random

from services.transfer.domain.errors import TransferError


@dataclass(frozen=True)
class RetryPolicy:
    """`max_failures` are failures in a row: a chunk moved to its end starts the count again."""

    base_seconds: float = 2.0
    cap_seconds: float = 120.0
    max_failures: int = 8

    def gives_up(self, error: TransferError, failures: int) -> bool:
        return not error.retryable or failures >= self.max_failures

    def delay_seconds(self, failures: int, random: Random) -> float:
        """Full jitter after `failures` >= 1 in a row (AWS Architecture Blog, 'Exponential Backoff
        And Jitter').
        """
        ceiling = min(self.cap_seconds, self.base_seconds * 2 ** (failures - 1))
        return random.uniform(ceiling / 2, ceiling)
