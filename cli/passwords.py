"""Secrets that users give: at a prompt, on stdin or in a file. Never as an argument, because every
user of a computer sees the arguments, and the shell's history keeps them."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cli.errors import UsageFailed

MAX_CHARACTERS = 65_536  # twice a private key's limit; more is no secret

File = click.Path(exists=True, dir_okay=False, path_type=Path)


def password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --password-stdin and --password-file, as `password_stdin` and `password_file`."""
    stdin = click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
    file = click.option("--password-file", type=File, help="Read the password from a file.")
    return stdin(file(command))


def given_password(stdin: bool, file: Path | None) -> str | None:
    """None when neither was chosen. Raises UsageFailed."""
    if stdin and file:
        raise UsageFailed("Give either --password-stdin or --password-file.")
    if stdin:
        return _secret(sys.stdin.read(MAX_CHARACTERS + 1), "stdin")
    return None if file is None else secret_file(file).rstrip("\r\n")


def asked_password(text: str, option: str, *, twice: bool = False) -> str:
    """Raises UsageFailed where there is no terminal to ask at."""
    if not sys.stdin.isatty():
        raise UsageFailed(f"There is no terminal to ask for a secret at: use {option}.")
    answer: str = click.prompt(text, hide_input=True, err=True, confirmation_prompt=twice)
    return answer


def secret_file(file: Path) -> str:
    """The whole text, lines and all: a private key has several."""
    try:
        with file.open(encoding="utf-8") as stream:
            return _secret(stream.read(MAX_CHARACTERS + 1), str(file), lines=True)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFailed(f"{file} cannot be read ({type(error).__name__}).") from None


def _secret(text: str, where: str, *, lines: bool = False) -> str:
    secret = text if lines else text.rstrip("\r\n")
    if not secret or len(text) > MAX_CHARACTERS:
        raise UsageFailed(f"There is no secret in {where}: it is empty, or far too long.")
    return secret
