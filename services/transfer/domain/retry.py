"""Whether and when to try again. The class of the error decides whether. The wait is exponential
backoff with jitter.
"""

from dataclasses import dataclass
from random import Random

from services.transfer.domain.errors import TransferError


@dataclass(frozen=True)
class RetryPolicy:
    """`max_failures` counts failures in a row. A turn that moves something resets the count."""

    base_seconds: float = 2.0
    cap_seconds: float = 120.0
    max_failures: int = 8

    def gives_up(self, error: TransferError, failures: int) -> bool:
        return not error.retryable or failures >= self.max_failures

    def ceiling_seconds(self, failures: int) -> float:
        return min(self.cap_seconds, self.base_seconds * 2.0 ** (failures - 1))

    def delay_seconds(self, failures: int, random: Random) -> float:
        """The wait after `failures` >= 1 in a row. It has 'equal jitter' (AWS Architecture Blog,
        'Exponential Backoff And Jitter'): at least half of the backoff, the rest is random.
        """
        ceiling = self.ceiling_seconds(failures)
        return random.uniform(ceiling / 2, ceiling)
