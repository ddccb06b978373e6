"""fileferry status"""

import click

from cli.address import route
from cli.client import read
from cli.command import command
from cli.invocation import Invocation, pass_invocation
from cli.transfers import fields
from contracts.transfer_views import TransferView


@command("status", examples="fileferry status 01J9\nfileferry status 01J9 --json | jq .percent")
@click.argument("transfer_id", metavar="ID")
@pass_invocation
def status(invocation: Invocation, transfer_id: str) -> None:
    """Show the state of a transfer now.

    The exit code is 0 whatever the state is. `fileferry wait` ends with the code of its outcome.
    """
    document = invocation.client.call("GET", route("/api/transfer/{id}", id=transfer_id))
    if invocation.output.as_json:
        invocation.output.document(document)
    else:
        invocation.output.fields(fields(read(TransferView, document)))
