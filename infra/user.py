"""python -m infra.user NAME --stage STAGE makes the first user, by default an admin.

On a terminal it asks for the password. Without a terminal, or with --generate, it makes a password
and prints it once. An admin makes later users through the API.
"""

import argparse
import getpass
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from botocore.exceptions import BotoCoreError, ClientError

from contracts.auth_api import MIN_PASSWORD
from contracts.caller import Role
from infra.calling import CallRefused, call_function, functions_of
from infra.stacks import STAGES

ROLES: tuple[Role, ...] = get_args(Role)
PASSWORD_BYTES = 18  # random bytes, which are 24 characters


@dataclass(frozen=True)
class NewUser:
    name: str
    password: str
    roles: Sequence[str]
    email: str | None = None


def create_user(functions: Any, stage: str, user: NewUser) -> None:  # noqa: ANN401 - boto3 has no types
    """Raises CallRefused."""
    event = {"user": user.name, "password": user.password, "roles": list(user.roles)}
    given = event if user.email is None else event | {"email": user.email}
    call_function(functions, stage, "auth", "create-admin", given)


def new_password() -> str:
    return secrets.token_urlsafe(PASSWORD_BYTES)


def asked_password(name: str) -> str:
    while True:
        password = getpass.getpass(f"Password of {name}, at least {MIN_PASSWORD} characters: ")
        if len(password) < MIN_PASSWORD:
            print("That is too short.", file=sys.stderr)
        elif getpass.getpass("Again: ") == password:
            return password
        else:
            print("The two differ.", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--roles", default="admin", help=f"some of {','.join(ROLES)}")
    parser.add_argument("--email", help="where the user is told of transfers")
    parser.add_argument("--generate", action="store_true", help="make the password, and print it")
    given = parser.parse_args()
    roles = given.roles.replace(",", " ").split()
    if wrong := sorted(set(roles) - set(ROLES)) or (not roles and ["none"]):
        sys.exit(f"ROLES: {', '.join(wrong)} is not one of {', '.join(ROLES)}.")
    functions = functions_of(given.stage)
    generate = given.generate or not sys.stdin.isatty()
    password = new_password() if generate else asked_password(given.name)
    user = NewUser(given.name, password, roles, given.email)
    try:
        create_user(functions, given.stage, user)
    except (CallRefused, ClientError, BotoCoreError) as error:
        sys.exit(f"User {given.name!r} was not made. {error}")
    print(f"Made user {given.name} with {', '.join(roles)} on {given.stage}.")
    if generate:
        print(f"Password, shown this once: {password}")


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, EOFError):
        sys.exit(130)
