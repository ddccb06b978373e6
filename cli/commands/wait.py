"""fileferry wait"""

import math

import click

from cli.command import command
from cli.durations import parsed_duration
from cli.errors import UsageFailed
from cli.invocation import Invocation, pass_invocation
from cli.live.naming import checked_ids
from cli.live.watched import Watched

EXAMPLES = """
fileferry wait 01J9ZK7Q && echo delivered
fileferry wait 01J9ZK7Q 01J9ZK7R --timeout 2h
"""


@command("wait", examples=EXAMPLES)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--timeout", metavar="TIME", help="Wait no longer than this: 90s, 5m, 2h.")
@pass_invocation
def wait(invocation: Invocation, ids: tuple[str, ...], timeout: str | None) -> int:
    """Wait until transfers have ended, and say how.

    Exit codes: 5 one failed, 4 one was not found, 6 one was cancelled, 7 the time is over and one
    is still running, 0 all completed; the first of these that is true.
    """
    from cli.live.watching import Watching

    try:
        limit = math.inf if timeout is None else parsed_duration(timeout).total_seconds()
    except ValueError as error:
        raise UsageFailed(str(error)) from None
    return Watching(invocation, Watched(checked_ids(ids)), bars=False).run(limit)
