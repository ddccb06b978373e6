"""fileferry channels"""

import click

from cli.channels import (
    COLUMNS,
    channel_path,
    fields,
    read_channel,
    require_success,
    row,
    test_fields,
)
from cli.client import read
from cli.command import group
from cli.commands import channels_add
from cli.confirming import confirm
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from contracts.notify_api import ChannelTestView, ChannelView

id_argument = click.argument("channel_id", metavar="ID")


@group("channels")
def channels() -> None:
    """Where you are told of transfers: list, show, add, test, remove."""


@channels.command_("list", examples="fileferry channels list")
@pass_invocation
def list_(invocation: Invocation) -> None:
    """List your channels and the shared ones."""
    pages = invocation.client.pages("/api/notify/channels", {"limit": 200})
    found = [each for page in pages for each in page.get("channels", ())]
    output = invocation.output
    if output.as_json:
        output.document({"channels": found})
    elif not output.table(COLUMNS, (row(read(ChannelView, each)) for each in found)):
        output.note("There is no channel.")


@channels.command_("show", examples="fileferry channels show my-room")
@id_argument
@pass_invocation
def show(invocation: Invocation, /, channel_id: str) -> None:
    """Show one channel."""
    document = invocation.client.call("GET", channel_path(channel_id))
    if invocation.output.as_json:
        invocation.output.document(document)
    else:
        invocation.output.fields(fields(read(ChannelView, document)))


@channels.command_("test", examples="fileferry channels test my-room")
@id_argument
@pass_invocation
def test(invocation: Invocation, /, channel_id: str) -> None:
    """Send a message that says it is a test. The exit code is 5 if it was not taken."""
    document = invocation.client.call("POST", channel_path(channel_id) + "/test")
    result = read(ChannelTestView, document)
    if invocation.output.as_json:
        invocation.output.document(document)
    else:
        invocation.output.fields(test_fields(result))
    require_success(result)


@channels.command_("remove", examples="fileferry channels remove my-room --yes")
@id_argument
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@pass_invocation
def remove(invocation: Invocation, /, channel_id: str, yes: bool) -> None:
    """Remove a channel. What waits there is not sent."""
    view, version = read_channel(invocation.client, channel_id)
    if not yes:
        confirm(f"Remove {escaped(view.id)} ({escaped(view.name)})?")
    invocation.client.call("DELETE", channel_path(channel_id), headers={"If-Match": version})
    if invocation.output.as_json:
        invocation.output.document({"id": view.id, "removed": True})
    else:
        invocation.output.note(f"{escaped(view.id)} was removed.")


channels.add_command(channels_add.add)
