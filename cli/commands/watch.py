"""fileferry watch"""

import click

from cli.command import command
from cli.errors import UsageFailed
from cli.invocation import Invocation, pass_invocation
from cli.live.naming import checked_ids
from cli.live.watched import Watched

EXAMPLES = """
fileferry watch 01J9ZK7Q
fileferry watch --mine
fileferry watch 01J9ZK7Q --json | jq .transfer.percent
"""


@command("watch", examples=EXAMPLES)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--mine", is_flag=True, help="All of your transfers, until Ctrl-C.")
@click.option("--all", "everybodys", is_flag=True, help="Everybody's; for operators and auditors.")
@pass_invocation
def watch(invocation: Invocation, ids: tuple[str, ...], mine: bool, everybodys: bool) -> int:
    """Show how transfers get on, until all of them have ended.

    Ctrl-C ends the watching; the transfers go on.

    Exit codes: 5 one failed, 4 one was not found, 6 one was cancelled, 0 all completed; the first
    of these that is true. 130 after Ctrl-C.
    """
    from cli.live.watching import Watching

    if bool(ids) + mine + everybodys != 1:
        raise UsageFailed("Give ids of transfers, or --mine, or --all.")
    if ids:
        return Watching(invocation, Watched(checked_ids(ids))).run()
    return Watching(invocation, Watched(scope="mine" if mine else "all")).run()
