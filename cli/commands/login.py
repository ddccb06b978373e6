"""fileferry login"""

import sys
from pathlib import Path

import click

from cli.command import command
from cli.errors import UsageFailed
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from cli.passwords import asked_password, given_password, password_options

EXAMPLES = """
fileferry login --url https://ferry.example/v1
fileferry login --sso
fileferry login --user jane --password-file ~/.ferry-password
"""


@command("login", examples=EXAMPLES)
@click.option("--sso", is_flag=True, help="At your company's identity provider, with a browser.")
@click.option("--user", help="Your name; asked for without it.")
@password_options
@click.option("--no-browser", is_flag=True, help="Only print the address for the browser.")
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="For the browser's answer.")
@pass_invocation
def login(
    invocation: Invocation,
    /,
    sso: bool,
    user: str | None,
    password_stdin: bool,
    password_file: Path | None,
    no_browser: bool,
    port: int,
) -> None:
    """Log in. The address is remembered, and the login is kept in the keyring or a private file.

    A login lasts 12 hours. For CI set FILEFERRY_URL and FILEFERRY_TOKEN instead.
    """
    if sso and (user or password_stdin or password_file):
        raise UsageFailed("--sso takes no user and no password: the identity provider asks.")
    _ask_address(invocation)
    from cli.session.sessions import begin_login
    from cli.session.single_sign_on import code_and_verifier

    output, url = invocation.output, invocation.url
    with begin_login(invocation.settings, url, invocation.transport, output.warn) as begun:
        if sso:
            browser = invocation.settings.has_display and not no_browser
            code, verifier = code_and_verifier(begun.http, port, browser, output.warn)
            begun.with_code(code, verifier)
        else:
            name = user or _asked_name()
            password = given_password(password_stdin, password_file) or asked_password(
                f"Password of {escaped(name)}", "--password-stdin"
            )
            begun.with_password(name, password)
    invocation.settings.keep("url", url)
    if invocation.settings.token:
        output.warn("FILEFERRY_TOKEN is set, and goes before this login: unset it.")
    if output.as_json:
        output.document({"url": url, "kept_in": begun.store.place()})
    else:
        output.note(f"Logged in at {url}. The login is kept in {begun.store.place_text()}.")


def _ask_address(invocation: Invocation) -> None:
    if invocation.given_url is None and sys.stdin.isatty():
        invocation.set(url=click.prompt("FileFerry's address (https://...)", err=True))


def _asked_name() -> str:
    if not sys.stdin.isatty():
        raise UsageFailed("Say who: --user.")
    name: str = click.prompt("User", err=True)
    return name
