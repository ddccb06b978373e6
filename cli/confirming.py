"""Asks before what cannot be undone."""

import sys
from contextlib import suppress

import click

from cli.errors import CommandFailed, UsageFailed


def confirm(question: str) -> None:
    """Raises CommandFailed when the answer is no, and UsageFailed where nobody can be asked."""
    if not sys.stdin.isatty():
        raise UsageFailed("There is no terminal to ask at: say --yes.")
    if not agreed(question):
        raise CommandFailed("The answer was no.")


def agreed(question: str) -> bool:
    """At a terminal, about what was just shown. What was typed before it was asked does not count:
    it may have been meant for something else."""
    _forget_what_was_typed()
    return click.confirm(question, err=True)


def _forget_what_was_typed() -> None:
    with suppress(ImportError, OSError, ValueError):
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    with suppress(ImportError):
        import msvcrt

        while msvcrt.kbhit():  # type: ignore[attr-defined]
            msvcrt.getwch()  # type: ignore[attr-defined]
