"""fileferry destinations"""

import click

from cli.client import read
from cli.command import group
from cli.commands import destinations_write
from cli.confirming import confirm
from cli.destinations import (
    COLUMNS,
    destination_path,
    read_destination,
    require_success,
    row,
    run_test,
    test_fields,
)
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from cli.pinning import pin_offered
from contracts.destination_views import DestinationView, TestResult

id_argument = click.argument("destination_id", metavar="ID")


@group("destinations")
def destinations() -> None:
    """Partners' servers: list, show, add, test, pin, update, remove."""


@destinations.command_("list", examples="fileferry destinations list")
@pass_invocation
def list_(invocation: Invocation) -> None:
    """List the destinations you may see."""
    pages = invocation.client.pages("/api/destinations", {"limit": 200})
    found = [each for page in pages for each in page.get("destinations", ())]
    output = invocation.output
    if output.as_json:
        output.document({"destinations": found})
    elif not output.table(COLUMNS, (row(read(DestinationView, each)) for each in found)):
        output.note("There is no destination that you may see.")


@destinations.command_("show", examples="fileferry destinations show acme")
@id_argument
@pass_invocation
def show(invocation: Invocation, /, destination_id: str) -> None:
    """Show one destination."""
    document = invocation.client.call("GET", destination_path(destination_id))
    destinations_write.shown(invocation, document)


@destinations.command_("test", examples="fileferry destinations test acme")
@id_argument
@pass_invocation
def test(invocation: Invocation, /, destination_id: str) -> None:
    """Connect, and find out what the server can do. It writes small files there, unless the
    destination forbids it. The exit code is 5 if files cannot be sent there."""
    document = run_test(invocation.client, destination_id)
    result = read(TestResult, document)
    if invocation.output.as_json:
        invocation.output.document(document)
    else:
        invocation.output.fields(test_fields(result))
    require_success(result)


@destinations.command_(
    "pin",
    examples="fileferry destinations pin acme\n"
    "fileferry destinations pin acme --fingerprint SHA256:...",
)
@id_argument
@click.option("--fingerprint", help="Pin only a key with this fingerprint; nothing is asked.")
@pass_invocation
def pin(invocation: Invocation, /, destination_id: str, fingerprint: str | None) -> None:
    """Pin the host key that the server offers, after you compared it with the partner's."""
    destinations_write.shown(invocation, pin_offered(invocation, destination_id, fingerprint))


@destinations.command_("remove", examples="fileferry destinations remove acme --yes")
@id_argument
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@pass_invocation
def remove(invocation: Invocation, /, destination_id: str, yes: bool) -> None:
    """Remove a destination, and its credential."""
    view, version = read_destination(invocation.client, destination_id)
    if not yes:
        confirm(f"Remove {escaped(view.id)} ({escaped(view.name)})?")
    path, headers = destination_path(destination_id), {"If-Match": version}
    invocation.client.call("DELETE", path, headers=headers)
    if invocation.output.as_json:
        invocation.output.document({"id": view.id, "removed": True})
    else:
        invocation.output.note(f"{escaped(view.id)} was removed.")


destinations.add_command(destinations_write.add)
destinations.add_command(destinations_write.update)
