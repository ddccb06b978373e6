"""fileferry files"""

from collections.abc import Iterator
from typing import Any

import click

from cli.address import route
from cli.advice import advice
from cli.client import Client, read
from cli.command import command
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from cli.output import bytes_text, counted
from contracts.transfer_views import TransferFilesPage, TransferFileView

PAGE = 1_000
OUTCOMES = ("waiting", "done", "failed", "skipped")
EXAMPLES = """
fileferry files 01J9ZK7Q --outcome failed
fileferry files 01J9ZK7Q --json | jq -r '.files[] | select(.code) | .key'
"""


@command("files", examples=EXAMPLES)
@click.argument("id_", metavar="ID")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only these; all without it.")
@pass_invocation
def files(invocation: Invocation, id_: str, outcome: str | None) -> None:
    """List what became of each file of a transfer of many, in the order of their keys."""
    output = invocation.output
    found = _files(invocation.client, id_, outcome)
    if output.as_json:
        output.document({"id": id_, "files": list(found)})
        return
    count = 0
    for document in found:
        output.say(_line(read(TransferFileView, document)))
        count += 1
    output.note(f"End of the list: {counted(count, 'file')}.")


def _files(client: Client, transfer_id: str, outcome: str | None) -> Iterator[Any]:
    query: dict[str, Any] = {"limit": PAGE} | ({"outcome": outcome} if outcome else {})
    for page in client.pages(route("/api/transfer/{id}/files", id=transfer_id), query):
        read(TransferFilesPage, page)
        yield from page["files"]


def _line(file: TransferFileView) -> str:
    why = f"  {escaped(file.code or '')}: {advice(file.message or '')}" if file.code else ""
    return f"{file.outcome:8}  {bytes_text(file.size_bytes):>10}  {escaped(file.key)}{why}"
