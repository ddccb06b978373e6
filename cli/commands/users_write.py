"""fileferry users add, fileferry users update, fileferry users grant"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import click

from cli.command import command
from cli.errors import UsageFailed
from cli.invocation import Invocation, pass_invocation
from cli.passwords import asked_password, given_password, password_options
from cli.places import parse_source
from cli.users import change, read_user, shown
from contracts.auth_api import UserView
from contracts.caller import Role

ADD_EXAMPLES = """
fileferry users add jane --name 'Jane Doe' --role user --from s3://exports/reports/ --to acme
fileferry users add jane --name 'Jane Doe' --email jane@acme.example --role user --no-password
"""
GRANT_EXAMPLES = """
fileferry users grant jane --from s3://exports/reports/ --to acme
fileferry users grant jane --to acme --take-away
"""

user_argument = click.argument("user", metavar="USER")
role_option = click.option(
    "--role", "roles", multiple=True, type=click.Choice(get_args(Role)), help="Repeat for several."
)


def _grants(command: Callable[..., Any]) -> Callable[..., Any]:
    source = click.option(
        "--from", "sources", multiple=True, metavar="s3://BUCKET/PREFIX", help="Repeat for several."
    )
    target = click.option(
        "--to",
        "destinations",
        multiple=True,
        metavar="DEST",
        help="'*' is all; repeat for several.",
    )
    return source(target(command))


@command("add", examples=ADD_EXAMPLES)
@user_argument
@click.option("--name", required=True, help="The full name.")
@click.option("--email", help="Where they are told of their transfers.")
@role_option
@password_options
@click.option("--no-password", is_flag=True, help="For single sign-on only.")
@_grants
@pass_invocation
def add(
    invocation: Invocation,
    /,
    user: str,
    name: str,
    email: str | None,
    roles: tuple[str, ...],
    password_stdin: bool,
    password_file: Path | None,
    no_password: bool,
    sources: tuple[str, ...],
    destinations: tuple[str, ...],
) -> None:
    """Create a user. The password is asked for, if none is given."""
    body: dict[str, Any] = {
        "user": user,
        "name": name,
        "roles": list(roles) or ["user"],
        "grants": {"sources": _sources(sources), "destinations": list(destinations)},
    }
    if email is not None:
        body["email"] = email
    password = given_password(password_stdin, password_file)
    if no_password and password is not None:
        raise UsageFailed("--no-password takes no password.")
    if not no_password:
        body["password"] = password or asked_password(
            "New password (12 characters or more)", "--password-stdin", twice=True
        )
    headers = {"Idempotency-Key": f"cli-{uuid4().hex}"}
    shown(invocation, invocation.client.call("POST", "/api/users", body=body, headers=headers))


@command("update", examples="fileferry users update jane --role user --role operator")
@user_argument
@click.option("--name", help="The full name.")
@click.option("--email", help="Where they are told of their transfers; '' takes it away.")
@role_option
@password_options
@click.option("--ask-password", is_flag=True, help="Ask for a new password.")
@pass_invocation
def update(
    invocation: Invocation,
    /,
    user: str,
    name: str | None,
    email: str | None,
    roles: tuple[str, ...],
    password_stdin: bool,
    password_file: Path | None,
    ask_password: bool,
) -> None:
    """Change a user's name, e-mail, roles or password. A new password ends all of their sessions.

    Single sign-on overwrites the e-mail address with the one that the identity provider verified.
    """
    password = given_password(password_stdin, password_file)
    if ask_password and password is None:
        password = asked_password("New password", "--password-stdin", twice=True)
    wishes = {
        "name": name,
        "email": email or None,
        "no_email": True if email == "" else None,
        "roles": list(roles) or None,
        "password": password,
    }
    changes = {field: value for field, value in wishes.items() if value is not None}
    if not changes:
        raise UsageFailed("Say what to change: --name, --email, --role or --ask-password.")
    _, version = read_user(invocation.client, user)
    shown(invocation, change(invocation.client, user, changes, version))


@command("grant", examples=GRANT_EXAMPLES)
@user_argument
@_grants
@click.option("--take-away", is_flag=True, help="Take these grants away.")
@pass_invocation
def grant(
    invocation: Invocation,
    /,
    user: str,
    sources: tuple[str, ...],
    destinations: tuple[str, ...],
    take_away: bool,
) -> None:
    """Let a user send from a prefix of a bucket, or to a destination, besides what they may now.

    It counts within 30 seconds. Mind the slash: s3://exports/reports also covers reports-secret/.
    """
    wished = _sources(sources)
    if not wished and not destinations:
        raise UsageFailed("Say what: --from s3://BUCKET/PREFIX, --to DEST.")
    view, version = read_user(invocation.client, user)
    grants = _changed(view, wished, list(destinations), take_away)
    shown(invocation, change(invocation.client, user, {"grants": grants}, version))


def _changed(
    view: UserView, sources: list[dict[str, str]], destinations: list[str], take_away: bool
) -> dict[str, Any]:
    """All grants of the user afterwards, as the API takes them. Raises UsageFailed."""
    now = [each.model_dump() for each in view.grants.sources]
    there = list(view.grants.destinations)
    if take_away:
        missing = [each for each in sources if each not in now]
        if missing or not set(destinations) <= set(there):
            raise UsageFailed("They have no such grant: look with `fileferry users show`.")
        return {
            "sources": [each for each in now if each not in sources],
            "destinations": [each for each in there if each not in destinations],
        }
    return {
        "sources": now + [each for each in sources if each not in now],
        "destinations": list(dict.fromkeys([*there, *destinations])),
    }


def _sources(given: tuple[str, ...]) -> list[dict[str, str]]:
    places = (parse_source(each, key_needed=False) for each in given)
    return [{"bucket": bucket, "prefix": prefix} for bucket, prefix in places]
