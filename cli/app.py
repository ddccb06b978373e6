"""The `fileferry` command: its commands, loaded when they are called, and how each call ends."""

import importlib
import sys
from functools import partial
from typing import Any

import click

from cli.command import COMMON
from cli.ending import exit_code_of
from cli.invocation import Invocation, pass_invocation

__all__ = ["Invocation", "app", "pass_invocation"]

# name: (module and command in it, what it is for). The module is loaded when it is called.
COMMANDS: dict[str, tuple[str, str]] = {
    "whoami": ("cli.commands.whoami:whoami", "Who you are, and what you may do"),
    "watch": ("cli.commands.watch:watch", "Show how transfers get on"),
    "wait": ("cli.commands.wait:wait", "Wait until transfers have ended"),
}


class App(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401
        """Ends with the exit codes of cli/errors.py, in one place for all commands."""
        invocation = extra.setdefault("obj", Invocation())
        run = partial(super().main, *args, **{**extra, "standalone_mode": False})
        sys.exit(exit_code_of(run, lambda: invocation.flags.debug))


@click.group(cls=App, params=list(COMMON), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fileferry", message="%(version)s")
@click.pass_context
def app(context: click.Context) -> None:
    """Sends S3 objects to partners' servers, whole and proven."""
    context.ensure_object(Invocation)
