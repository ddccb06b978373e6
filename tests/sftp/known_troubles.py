"""What does not work yet at which partner, and the habit that is the reason."""

from collections.abc import Callable
from dataclasses import dataclass

SMALL_BYTES = 5_000_000


@dataclass(frozen=True)
class Case:
    size: int
    tested: bool

    @property
    def id(self) -> str:
        return f"{self.size}{'' if self.tested else '-untested'}"


CASES = [Case(size, tested) for tested in (True, False) for size in (0, 1, SMALL_BYTES)]

Concerned = Callable[[Case], bool]  # of the cases in which the trouble shows


def always(case: Case) -> bool:
    return True


def with_bytes(case: Case) -> bool:
    return case.size > 0


def with_chunks(case: Case) -> bool:
    return case.size == SMALL_BYTES


def with_a_test(case: Case) -> bool:
    return case.tested


REOPEN = "the part file is created in one handle and written in another"
HIDDEN = "the part file is under a hidden name until it is closed: reopening does not find it"
RENAME = "a part file is written although no rename will give it its name"
TAKEN = "the part file is moved away as soon as it is created"
LOOK = "an unclear answer to a look at the target is tried again to the end"
UNSEEN = "a look that finds nothing counts as a part file that vanished"
FSYNC = "fsync is offered, and each lane relies on it"
SPACE = "no free blocks and one failure count as a full disk"
LEFT = "the part file stays where its removal is refused"
REMOVE = "the test fails because it cannot remove its own file"
POSIX = "posix-rename is offered, and only that is tried"
FOLDER = "a folder is renamed out of the way"

ARRIVES, TIDY = "test_every_byte_arrives", "test_nothing_of_ours_stays"
TESTED, LARGE = "test_the_test_before_it_succeeds", "test_a_large_file_arrives"
REPLACED = "test_a_file_is_replaced_where_that_was_asked_for"
NEVER = "test_a_folder_is_never_replaced"

TROUBLES: dict[str, dict[str, tuple[str, Concerned]]] = {
    "OpenSSH, no posix-rename, no fsync": {NEVER: (FOLDER, always)},
    "OpenSSH, no remove": {TESTED: (REMOVE, with_a_test)},
    "OpenSSH, no rename": {ARRIVES: (RENAME, always), REPLACED: (RENAME, always)},
    **{
        name: {
            ARRIVES: (reason, with_bytes),
            REPLACED: (reason, always),
            LARGE: (reason, always),
        }
        for name, reason in {
            "ProFTPD": REOPEN,
            "ProFTPD, HiddenStores": REOPEN,
            "ProFTPD, AllowOverwrite, HiddenStores": HIDDEN,
            "rclone": REOPEN,
            "rclone, cache full": REOPEN,
            "double, no-reopen": REOPEN,
            "double, fsync-fails": FSYNC,
        }.items()
    },
    "ProFTPD, no DELE": {
        ARRIVES: (REOPEN, with_bytes),
        TIDY: (LEFT, with_bytes),
        TESTED: (REMOVE, with_a_test),
    },
    "double, no-remove": {TESTED: (REMOVE, with_a_test)},
    "double, no-rename": {ARRIVES: (RENAME, always), REPLACED: (RENAME, always)},
    "double, posix-rename-fails": {REPLACED: (POSIX, always)},
    "double, nothing-there": {ARRIVES: (UNSEEN, always), REPLACED: (UNSEEN, always)},
    "double, missing-fails": {ARRIVES: (LOOK, always), TIDY: (LOOK, with_bytes)},
    "double, no-lstat": {ARRIVES: (LOOK, always), TIDY: (LOOK, with_bytes)},
    "double, takes-away": {ARRIVES: (TAKEN, always), REPLACED: (TAKEN, always)},
    "double, drop box": {
        ARRIVES: (RENAME, always),
        TIDY: (LEFT, always),
        TESTED: (REMOVE, with_a_test),
        REPLACED: (RENAME, always),
    },
    "double, full at one write": {ARRIVES: (SPACE, with_chunks)},
}


def trouble(partner: str, test: str, case: Case | None) -> str | None:
    """Why that test of that partner has to fail today, if it has to."""
    known = TROUBLES.get(partner, {}).get(test)
    if known is None:
        return None
    why, concerned = known
    return why if case is None or concerned(case) else None
