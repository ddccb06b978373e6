"""The `fileferry` command: its commands, loaded when they are called, and how each call ends."""

import importlib
import sys
from functools import partial
from typing import Any

import click

from cli.command import COMMON, HELP
from cli.commands_table import COMMANDS
from cli.ending import OutputClosed, exit_code_of
from cli.invocation import Invocation, pass_invocation

__all__ = ["Invocation", "app", "pass_invocation"]


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

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise OutputClosed from None  # click itself would end with 1

    def main(self, *args: Any, **extra: Any) -> Any:  # noqa: ANN401
        """Ends with the exit codes of cli/errors.py, in one place for all commands."""
        invocation = extra.setdefault("obj", Invocation())
        run = partial(super().main, *args, **{**extra, "standalone_mode": False})
        sys.exit(exit_code_of(run, lambda: invocation.flags.debug))


def _show_version(context: click.Context, parameter: click.Parameter, given: bool) -> None:
    if not given:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(version("fileferry"))
    except PackageNotFoundError:
        click.echo("not installed: this is the source")
    context.exit()


@click.group(cls=App, params=list(COMMON), context_settings=HELP)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version.",
)
@click.pass_context
def app(context: click.Context) -> None:
    """Sends S3 objects to partners' servers, whole and proven.

    Begin with `fileferry login`. `fileferry COMMAND --help` has examples.

    Exit codes: 0 done, 2 usage, 3 not logged in or no right, 4 not found, 5 failed by partner or
    source, 6 cancelled, 7 timed out while running, 8 cannot reach FileFerry, 1 anything else. More:
    `fileferry help exit-codes`.
    """
    context.ensure_object(Invocation)
