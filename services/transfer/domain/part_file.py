"""Files of ours at the partner beside the target. They stay on record while they may exist."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# A lane sends nothing once its lease is over. Then its packets may still be on their way for as
# long as TCP keeps them, and clocks differ. Whoever was about to create a file is over by then.
MAKER_LIFETIME = timedelta(seconds=330)


@dataclass(frozen=True)
class PartFile:
    """`place` is the destination's place when the file was recorded. `opening`: a lane is or was
    about to create it, since `recorded_at`. `made`: that lane saw it created, so it will not appear
    again after it was removed. A `direct` file has the target's own name. `generation`: its ledger
    tells what was written into it. 0 where nothing tells that. A `folder` stands for the many part
    files of a transfer of many files, below this path; the open chunks of its ledger tell which.
    With `noted` those that are done tell of some, too. `swept`: so many names were asked for.
    `refused`: the partner did not let us remove one of them."""

    path: str
    place: str
    recorded_at: datetime
    made: bool = False
    opening: bool = True  # the default is for rows of earlier versions, which created it at once
    direct: bool = False
    generation: int = 0
    folder: bool = False
    noted: bool = False
    swept: int = 0
    refused: bool = False
    inventory: str | None = None  # of a folder's ledger; None: by an earlier version

    def path_for_people(self, transfer_id: str) -> str:
        """Nobody should be asked to delete a whole folder."""
        if not self.folder:
            return self.path
        return f"{self.path}/**/.*.{transfer_id}-{self.generation}-*.part*"

    def is_folder_of(self, other: "PartFile | None") -> bool:
        """The same one of many files, whenever it was recorded."""
        if other is None or not (self.folder and other.folder):
            return False
        return self.has_name_of(other) and self.generation == other.generation

    def has_name_of(self, other: "PartFile") -> bool:
        return (self.path, self.place) == (other.path, other.place)

    def settled(self, now: datetime) -> bool:
        """Nobody can be about to create it any more. If it is seen to be gone, it is gone for
        good."""
        return self.made or self.recorded_at + MAKER_LIFETIME <= now

    def given_up(self, now: datetime, *, reopens: bool) -> "PartFile":
        """It is not written any further. A server that opens no file again may still be finishing
        it: then the file comes back after it was removed (seen at rclone)."""
        if self.folder:  # lanes create files until they see that it is over
            return replace(self, made=False, opening=True, recorded_at=now)
        if reopens or self.direct or not self.made:
            return self
        return replace(self, made=False, recorded_at=now)

    @property
    def may_exist(self) -> bool:
        """Whether we may have created it."""
        return self.made or self.opening


@dataclass(frozen=True)
class OldTarget:
    """The file that had the name `target`. It has the name `path` while ours takes its place."""

    path: str
    target: str
    place: str
