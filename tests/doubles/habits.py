"""The habits of awkward SFTP servers, each seen at real ones. A user's name asks for them."""

from collections.abc import Iterable
from enum import StrEnum

PLAIN = "plain"  # the user whose server has no habit


class Habit(StrEnum):
    """Any of them may be combined."""

    NO_REOPEN = "no-reopen"  # an existing file is never opened for writing again
    TRUNCATES = "truncates"  # each open for writing empties the file
    APPENDS = "appends"  # writes go to the end, whatever their offset
    ZEROS = "zeros"  # writes away from the end are acknowledged, and stored as zeros
    CODE_PAGE = "code-page"  # what is written is stored in EBCDIC: as long, with other bytes
    NO_READ = "no-read"
    NO_REMOVE = "no-remove"
    NO_RENAME = "no-rename"  # neither of the two ways
    RENAME_REPLACES = "rename-replaces"  # RENAME overwrites in silence
    POSIX_RENAME_FAILS = "posix-rename-fails"  # it is offered all the same
    FSYNC_FAILS = "fsync-fails"  # it is offered all the same
    STAT_DENIED = "stat-denied"
    NOTHING_THERE = "nothing-there"  # a look at any file answers that it does not exist
    MISSING_FAILS = "missing-fails"  # a look at a missing name answers FAILURE
    MISSING_DENIED = "missing-denied"  # ... PERMISSION_DENIED
    NO_LSTAT = "no-lstat"
    UNTYPED = "untyped"  # attributes have a size only
    TAKES_AWAY = "takes-away"  # a file written is moved to 'processed' at its close
    NO_FREE_BLOCKS = "no-free-blocks"  # statvfs says that the disk is full; it is not
    ONE_WRITE_FAILS = "one-write-fails"  # the first behind 1 MB, and again after a rename
    NO_SETSTAT = "no-setstat"
    NO_MKDIR = "no-mkdir"
    RENAME_SLOW = "rename-slow"  # it copies the file, and answers late
    FSYNC_LIES = "fsync-lies"  # it answers that all is on the disk, and does nothing
    STATVFS_NONSENSE = "statvfs-nonsense"  # more blocks are free than there are
    LIMITS_LIE = "limits-lie"  # writes as large as its own limit are refused
    LIMITS_CUT = "limits-cut"  # ... and the connection ends
    ONE_AT_ONCE = "one-at-once"  # one more session is refused with a word about the password
    TWO_AT_ONCE = "two-at-once"
    REFUSES_LATER = "refuses-later"  # ... the connection ends after the login instead
    REFUSES_SFTP = "refuses-sftp"  # ... no SFTP is started instead
    SLOW = "slow"  # one write after the other, and each takes a while


AT_ONCE = {Habit.ONE_AT_ONCE: 1, Habit.TWO_AT_ONCE: 2}


def most_sessions(habits: Iterable[Habit]) -> int | None:
    """None where there is no limit."""
    return min((AT_ONCE[each] for each in habits if each in AT_ONCE), default=None)


def user_name(habits: Iterable[Habit]) -> str:
    return "+".join(sorted(habits)) or PLAIN


def habits_of(user: str) -> frozenset[Habit] | None:
    """None where the name asks for a habit that nobody has."""
    if user == PLAIN:
        return frozenset()
    try:
        return frozenset(Habit(each) for each in user.split("+"))
    except ValueError:
        return None
