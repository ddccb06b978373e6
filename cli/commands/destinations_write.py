"""fileferry destinations add, fileferry destinations update"""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from cli.client import read
from cli.command import command
from cli.destinations import change, fields, is_confirmed, read_destination
from cli.errors import UsageFailed
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from cli.passwords import File, asked_password, given_password, password_options, secret_file
from cli.pinning import pin_offered
from contracts.destination_views import DestinationView

ADD_EXAMPLES = """
fileferry destinations add acme --host sftp.acme.example --user ferry
fileferry destinations add acme --host sftp.acme.example --user ferry --private-key ~/.ssh/acme
fileferry destinations add acme --host sftp.acme.example --user ferry --password-stdin < password
fileferry destinations add acme --protocol ftps --host ftp.acme.example --user ferry
"""
UPDATE_EXAMPLES = """
fileferry destinations update acme --max-sessions 2 --base-path /in
fileferry destinations update acme --ask-password
"""


def _settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options with the names of the API's fields. What is not given is not sent."""
    for option in reversed(
        (
            click.option("--name", help="What people call it."),
            click.option("--tls", type=click.Choice(("explicit", "implicit")), help="Of ftps."),
            click.option("--port", type=click.IntRange(1, 65_535), help="Its port."),
            click.option("--base-path", help="The folder there that paths begin in."),
            click.option(
                "--max-sessions", type=click.IntRange(1, 10), help="So many at once at most."
            ),
            click.option("--delivery", type=click.Choice(("atomic", "direct"))),
            click.option("--create-folders/--no-create-folders", default=None),
            click.option("--probe-writes/--no-probe-writes", default=None),
            click.option("--probe-name", help="What the names of a test's files begin with."),
            click.option(
                "--host-key",
                "host_keys",
                multiple=True,
                metavar="LINE",
                help="A host key as in known_hosts, without the host, or the digest of a"
                " certificate (tls-certificate-sha256 ...); repeat it for several.",
            ),
        )
    ):
        command = option(command)
    return command


def _credentials(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(
        (
            password_options,
            click.option("--ask-password", is_flag=True, help="Ask for the password."),
            click.option("--private-key", type=File, help="A file with the private key."),
            click.option("--ask-passphrase", is_flag=True, help="Ask for the key's passphrase."),
            click.option("--passphrase-file", type=File, help="A file with that passphrase."),
        )
    ):
        command = option(command)
    return command


@command("add", examples=ADD_EXAMPLES)
@click.argument("destination_id", metavar="ID")
@click.option("--host", required=True, help="A host name or an IP address.")
@click.option("--user", required=True, help="The user's name at the partner.")
@click.option(
    "--protocol", type=click.Choice(("sftp", "ftps", "ftp")), default="sftp", show_default=True
)
@click.option(
    "--accepts-unencrypted-login",
    is_flag=True,
    default=None,
    help="Needed for ftp: the password and the files are readable on their way.",
)
@_settings
@_credentials
@click.option("--fingerprint", help="Pin the offered host key if it has this fingerprint.")
@pass_invocation
def add(
    invocation: Invocation, /, destination_id: str, fingerprint: str | None, **given: Any
) -> None:
    """Register a partner's server, and pin its host key after you compared it.

    Without an option for a credential the password is asked for. Without others: the id is its
    name, the port is the protocol's usual one, paths begin in /, and 4 sessions are open at once
    at most. An FTPS server whose certificate no public authority vouches for has to be pinned.
    """
    secrets = _secrets(given)
    if not secrets:
        secrets = {"password": asked_password("Password at the partner", "--password-stdin")}
    body = {
        "id": destination_id,
        "name": destination_id,
        **_changes(given),
        **secrets,
    }
    document = invocation.client.call(
        "POST", "/api/destinations", body=body, headers={"Idempotency-Key": f"cli-{uuid4().hex}"}
    )
    if not document["host_keys"] and not is_confirmed(read(DestinationView, document)):
        document = _pin_new(invocation, document["id"], fingerprint)
    shown(invocation, document)


def _pin_new(invocation: Invocation, destination_id: str, fingerprint: str | None) -> Any:
    try:
        return pin_offered(invocation, destination_id, fingerprint)
    except BaseException:
        name = escaped(destination_id)
        invocation.output.warn(
            f"{name} is registered, but no host key is pinned, so nothing can be sent there yet."
            f" Pin it with: fileferry destinations pin {name}"
        )
        raise


@command("update", examples=UPDATE_EXAMPLES)
@click.argument("destination_id", metavar="ID")
@click.option("--host", help="Drops the credential and the pinned keys, unless they come along.")
@click.option("--user", help="Drops the credential, unless it comes along.")
@_settings
@_credentials
@pass_invocation
def update(invocation: Invocation, /, destination_id: str, **given: Any) -> None:
    """Change a destination. What is not given stays as it is.

    Password and private key are one credential: give both to keep both.
    """
    secrets = _secrets(given)
    changes = {**_changes(given), **secrets}
    if not changes:
        raise UsageFailed("Say what to change, for example --max-sessions 2.")
    _, version = read_destination(invocation.client, destination_id)
    shown(invocation, change(invocation.client, destination_id, changes, version).document)


def shown(invocation: Invocation, document: Any) -> None:
    if invocation.output.as_json:
        invocation.output.document(document)
    else:
        invocation.output.fields(fields(read(DestinationView, document)))


def _changes(given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in given.items()
        if value not in (None, ())
    }


def _secrets(given: dict[str, Any]) -> dict[str, str]:
    """Takes the options for credentials out of `given`."""
    stdin, file = given.pop("password_stdin"), given.pop("password_file")
    ask, key = given.pop("ask_password"), given.pop("private_key")
    ask_phrase, phrase_file = given.pop("ask_passphrase"), given.pop("passphrase_file")
    password = given_password(stdin, file)
    if ask and password is None:
        password = asked_password("Password at the partner", "--password-stdin")
    found = {"password": password, "private_key": None if key is None else secret_file(key)}
    return {
        **{name: value for name, value in found.items() if value is not None},
        **_passphrase(ask_phrase, phrase_file),
    }


def _passphrase(ask: bool, file: Path | None) -> dict[str, str]:
    if file is not None:
        return {"passphrase": secret_file(file).rstrip("\r\n")}
    if ask:
        return {"passphrase": asked_password("Passphrase of the key", "--passphrase-file")}
    return {}
