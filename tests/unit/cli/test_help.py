"""Everything can be found from --help alone."""

import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from cli.app import app
from cli.command import FerryCommand, FerryGroup


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    with click.Context(group) as context:
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            if isinstance(found, click.Group):
                yield from commands(found, (*path, name))
            else:
                yield (*path, name)


ALL = list(commands(app))


def find(path: tuple[str, ...]) -> FerryCommand:
    group: click.Command = app
    for name in path:
        assert isinstance(group, click.Group)
        found = group.get_command(click.Context(group), name)
        assert found is not None
        group = found
    assert isinstance(group, FerryCommand)
    return group


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_each_command_says_what_it_does_with_examples(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    assert find(path).help
    assert f"fileferry {' '.join(path)}" in result.stdout.partition("Examples:")[2]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_the_examples_are_understood(path: tuple[str, ...]) -> None:
    """Parsed, not run."""
    own = f"fileferry {' '.join(path)}"
    for line in find(path).examples.strip().splitlines():
        begin = line.partition(own)[2].partition("|")[0].partition("<")[0].partition(">")[0]
        args = [each for each in shlex.split(begin.rstrip(") ")) if not each.startswith("~")]
        known = {option for param in find(path).params for option in param.opts}
        options = [each for each in args if each.startswith("-")]
        secondary = {option for param in find(path).params for option in param.secondary_opts}
        assert set(options) <= known | secondary, line


def test_each_command_and_option_explains_itself() -> None:
    for path in ALL:
        for param in find(path).params:
            if isinstance(param, click.Option) and not param.secondary_opts:
                assert param.help or isinstance(param.type, click.Choice), (path, param.name)


def test_groups_have_the_common_options() -> None:
    for name in ("destinations", "channels", "users", "config"):
        group = app.get_command(click.Context(app), name)
        assert isinstance(group, FerryGroup)
        assert "--json" in [option for param in group.params for option in param.opts]
