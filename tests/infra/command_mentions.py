"""Calls of the `fileferry` command in documents, held against the command itself."""

import re
from collections.abc import Iterator

import click

from cli.app import app
from tests.infra.documents import Document
from tests.infra.mentions import OPTION, commands

# From the command's name to the end of the call: a pipe, a list, a redirection, a closing bracket.
CALL = re.compile(r"(?<![\w./~-])fileferry ([^|;&<>()\n]*)")


def unknown_calls(document: Document) -> Iterator[str]:
    for command in commands(document):
        for arguments in CALL.findall(command.text):
            for finding in _wrong(arguments):
                yield f"{command.place}: {finding}"


def _wrong(arguments: str) -> Iterator[str]:
    context = click.Context(app)
    called: click.Command = app
    path = ["fileferry"]
    known = set(_options(app, context))
    for word in arguments.split():
        if word.startswith("-"):
            continue
        if not isinstance(called, click.Group):
            break
        found = called.get_command(context, word)
        if found is None:
            if re.fullmatch(r"[a-z][a-z-]*", word):
                yield f"`{' '.join(path)}` has no command {word!r}"
            return
        called = found
        path.append(word)
        known.update(_options(called, context))
    for option in OPTION.findall(f" {arguments}"):
        if option not in known:
            yield f"`{' '.join(path)}` has no option {option}"


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        yield from (*parameter.opts, *parameter.secondary_opts)
