"""The form that all commands share: the common options, before or after the command's name, and
examples in the help."""

from collections.abc import Callable
from typing import Any

import click

from cli.invocation import Invocation


def _set(name: str, value: object) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, parameter: click.Parameter, given: Any) -> None:  # noqa: ANN401
        if given:
            context.ensure_object(Invocation).set(**{name: given if value is None else value})

    return callback


def _flag(option: str, name: str, value: bool, text: str, *short: str) -> click.Option:
    return click.Option(
        [option, *short], is_flag=True, expose_value=False, callback=_set(name, value), help=text
    )


HELP = {"help_option_names": ["-h", "--help"]}
COMMON: tuple[click.Option, ...] = (
    _flag("--json", "as_json", True, "Print JSON; see `fileferry help output`."),
    _flag("--quiet", "quiet", True, "Print results and errors only.", "-q"),
    _flag("--no-progress", "progress", False, "Draw no bars."),
    _flag("--debug", "debug", True, "Show the request id of an error."),
    click.Option(
        ["--url"], expose_value=False, callback=_set("url", None), help="FileFerry's address."
    ),
)


class FerryCommand(click.Command):
    """`examples` are lines of the help that can be pasted."""

    def __init__(self, *args: Any, examples: str = "", **extra: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **extra)
        self.params.extend(COMMON)
        self.examples = examples

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples.strip().splitlines():
                    formatter.write(f"  {line.strip()}\n")


def command(name: str, examples: str = "") -> Callable[[Callable[..., Any]], click.Command]:
    """As click.command, with the common options and with examples."""
    return click.command(
        name,
        cls=FerryCommand,
        examples=examples,
        context_settings=HELP,
    )


class FerryGroup(click.Group):
    """A command that has commands."""

    def command_(
        self, name: str, examples: str = ""
    ) -> Callable[[Callable[..., Any]], click.Command]:
        """Adds a command with the common options and examples."""

        def add(function: Callable[..., Any]) -> click.Command:
            made = command(name, examples)(function)
            self.add_command(made)
            return made

        return add


def group(name: str) -> Callable[[Callable[..., Any]], FerryGroup]:
    """A group of commands. It has the common options, too."""

    def made(function: Callable[..., Any]) -> FerryGroup:
        return click.group(name, cls=FerryGroup, params=list(COMMON), context_settings=HELP)(
            function
        )

    return made
