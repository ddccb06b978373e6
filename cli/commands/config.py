"""fileferry config"""

import click

from cli.address import checked_url
from cli.command import group
from cli.errors import NotFound, UsageFailed
from cli.invocation import Invocation, pass_invocation

NAMES = {
    "url": "FileFerry's address; FILEFERRY_URL and --url go before it",
    "store": "where a login is kept: auto, keyring or file",
}
STORES = ("auto", "keyring", "file")
name_argument = click.argument("name", type=click.Choice(tuple(NAMES)))


@group("config")
def config() -> None:
    """Show and change settings of this command: url, store."""


@config.command_("get", examples="fileferry config get url")
@name_argument
@pass_invocation
def get(invocation: Invocation, /, name: str) -> None:
    """Show one setting."""
    value = invocation.given_url if name == "url" else invocation.settings.kept.get(name)
    if value is None:
        raise NotFound(f"{name} is not set: fileferry config set {name} VALUE")
    if invocation.output.as_json:
        invocation.output.document({name: value})
    else:
        invocation.output.say(value)


@config.command_("set", examples="fileferry config set url https://ferry.example/v1")
@name_argument
@click.argument("value")
@pass_invocation
def set_(invocation: Invocation, /, name: str, value: str) -> None:
    """Change one setting."""
    if name == "store" and value not in STORES:
        raise UsageFailed(f"store is one of {', '.join(STORES)}.")
    kept = checked_url(value) if name == "url" else value
    invocation.settings.keep(name, kept)
    invocation.output.note(f"{name} is now {kept}")


@config.command_("unset", examples="fileferry config unset url")
@name_argument
@pass_invocation
def unset(invocation: Invocation, /, name: str) -> None:
    """Forget one setting."""
    invocation.settings.keep(name, None)


@config.command_("list", examples="fileferry config list")
@pass_invocation
def list_(invocation: Invocation) -> None:
    """Show all settings."""
    shown = {name: invocation.settings.kept.get(name) for name in NAMES}
    if invocation.output.as_json:
        invocation.output.document(shown)
    else:
        rows = ((name, shown[name] or "-", text) for name, text in NAMES.items())
        invocation.output.table(("NAME", "VALUE", "MEANING"), rows)


@config.command_("path", examples="fileferry config path")
@pass_invocation
def path(invocation: Invocation) -> None:
    """Show where the settings are."""
    if invocation.output.as_json:
        invocation.output.document({"path": str(invocation.settings.file)})
    else:
        invocation.output.say(str(invocation.settings.file))
