"""Tells a file that the partner refuses for itself from a partner that takes nothing.

SFTP and FTP have no words for the difference: quotas, filters and broken disks all end in one
code. So the neighbours tell. A refused file is tried once more after them. It has failed for itself
if the partner took others. If it takes none, the lane stops, and waits before it tries again.
"""

IN_A_ROW = 25  # refused files: from then on, what was taken before says nothing of now


class RefusedWrites:
    """What one lane sees in one session."""

    def __init__(self) -> None:
        self.gave_up = False  # the lane has waited for as long as it waits, and goes on without
        self._takes_files = False
        self._in_a_row = 0

    def taken(self) -> None:
        self._takes_files, self._in_a_row = True, 0

    def refused(self) -> None:
        self._in_a_row += 1

    @property
    def are_too_many(self) -> bool:
        return self._in_a_row >= IN_A_ROW

    @property
    def are_the_files_own(self) -> bool:
        return self._takes_files and not self.are_too_many
