"""Asks before what cannot be undone."""

import sys

import click

from cli.errors import UsageFailed


def confirm(question: str) -> None:
    """Raises Abort when the answer is no, and UsageFailed where nobody can be asked."""
    if not sys.stdin.isatty():
        raise UsageFailed("There is no terminal to ask at: say --yes.")
    click.confirm(question, abort=True, err=True)
