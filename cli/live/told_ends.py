"""Which ends of runs were told, so that none is told twice."""

MOST = 10_000  # ends: a list is watched for days, and nobody tells of older ones


class ToldEnds:
    def __init__(self) -> None:
        self._told: dict[tuple[str, int], None] = {}

    def is_new(self, transfer_id: str, run: int) -> bool:
        """True the first time. The oldest are forgotten."""
        if (transfer_id, run) in self._told:
            return False
        self._told[transfer_id, run] = None
        if len(self._told) > MOST:
            del self._told[next(iter(self._told))]
        return True
