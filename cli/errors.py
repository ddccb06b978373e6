"""Why a command did not do what it was asked to, and its exit code.

    CommandFailed              1   anything else
    ├── UsageFailed            2   the command line or a value in it is wrong
    ├── NotSignedIn            3   nobody is logged in, or not any more
    ├── NoRight                3   a role or a grant is missing
    ├── NotFound               4   it does not exist, or you may not see it
    ├── TransferFailed         5   the partner or the source failed
    ├── TransferCancelled      6   somebody cancelled the transfer
    ├── TimedOut               7   the time is over, and it is still running
    └── Unreachable            8   FileFerry cannot be reached

The exit codes are public: scripts decide by them. Of several things that a command does, each has
a code, and the command ends with the first of them in WORST_FIRST: what says most about whether
the rest can be believed or done comes first.
"""

from collections.abc import Iterable

DONE = 0


class CommandFailed(Exception):
    """Root of the tree. The message is one sentence that says what to do.

    `code`, `status` and `request_id` are those of the API's problem, where it was the API that
    refused. `Client` raises with them, so that a command can decide by `code`.
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        exit_code: int | None = None,
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message, self.code, self.status = message, code, status
        self.request_id = request_id
        if exit_code is not None:
            self.exit_code = exit_code


class UsageFailed(CommandFailed):
    exit_code = 2


class NotSignedIn(CommandFailed):
    exit_code = 3


class NoRight(CommandFailed):
    exit_code = 3


class NotFound(CommandFailed):
    exit_code = 4


class TransferFailed(CommandFailed):
    exit_code = 5


class TransferCancelled(CommandFailed):
    exit_code = 6


class TimedOut(CommandFailed):
    exit_code = 7


class Unreachable(CommandFailed):
    exit_code = 8


WORST_FIRST = (
    CommandFailed.exit_code,
    Unreachable.exit_code,
    NotSignedIn.exit_code,
    UsageFailed.exit_code,
    TransferFailed.exit_code,
    NotFound.exit_code,
    TransferCancelled.exit_code,
    TimedOut.exit_code,
    DONE,
)


def worst(codes: Iterable[int]) -> int:
    """The exit code of a command that did several things, or none."""
    return min(codes, key=WORST_FIRST.index, default=DONE)
