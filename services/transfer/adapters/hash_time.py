"""How long a partner's server may compute a checksum."""

from services.transfer.domain.ports.partner import SLOWEST_HASH_BYTES_PER_SECOND


def more_seconds_for(size_bytes: int, within: float | None, timeout_seconds: float) -> float:
    """Beyond the usual timeout. Less than nothing where less is given."""
    if within is None:
        return size_bytes / SLOWEST_HASH_BYTES_PER_SECOND
    return min(within - timeout_seconds, 0.0)
