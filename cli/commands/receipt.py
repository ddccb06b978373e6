"""fileferry receipt"""

import click

from cli.address import route
from cli.client import read
from cli.command import command
from cli.errors import CommandFailed
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from cli.transfers import outcome_error, receipt_fields
from contracts.transfer_views import TransferView


@command("receipt", examples="fileferry receipt 01J9\nfileferry receipt 01J9 --json > receipt.json")
@click.argument("transfer_id", metavar="ID")
@pass_invocation
def receipt(invocation: Invocation, transfer_id: str) -> None:
    """Show the proof that a transfer arrived.

    Without a receipt the exit code is that of the outcome (5 failed, 6 cancelled), and 1 while the
    transfer is under way.
    """
    document = invocation.client.call("GET", route("/api/transfer/{id}", id=transfer_id))
    view = read(TransferView, document)
    if view.receipt is None:
        raise outcome_error(view.status, view.id, view.failure) or CommandFailed(
            f"Transfer {escaped(view.id)} is {view.status}: it has a receipt when it is completed."
        )
    if invocation.output.as_json:
        invocation.output.document(document["receipt"])
    else:
        invocation.output.fields(receipt_fields(view.receipt))
