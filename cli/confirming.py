"""Asks before what cannot be undone."""

import sys

import click

from cli.errors import CommandFailed, UsageFailed


def confirm(question: str) -> None:
    """Raises CommandFailed when the answer is no, and UsageFailed where nobody can be asked."""
    if not sys.stdin.isatty():
        raise UsageFailed("There is no terminal to ask at: say --yes.")
    if not click.confirm(question, err=True):
        raise CommandFailed("The answer was no.")
