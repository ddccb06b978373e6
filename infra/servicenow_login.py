"""python -m infra.servicenow_login --stage STAGE stores how ticketing logs in at ServiceNow.

On a terminal it asks. Otherwise it reads JSON from its input: {"url", "user", "password"}, or
{"url", "client_id", "client_secret"} and maybe "token_url" for OAuth2 client credentials. So a
password is neither in the shell's history nor in the list of processes.
"""

import argparse
import getpass
import json
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from infra.stacks import STAGES
from infra.stage import stage_client

BASIC = frozenset({"url", "user", "password"})
OAUTH2 = frozenset({"url", "client_id", "client_secret"})
OPTIONAL = frozenset({"token_url"})
ADDRESSES = ("url", "token_url")
LONGEST_INPUT = 10_000  # characters

Login = Mapping[str, str]


class LoginWrong(Exception):
    """The message shows no value of the login."""


def secret_of(stage: str) -> str:
    return f"fileferry/{stage}/ticketing/servicenow"


def checked(document: object, *, loopback: bool = False) -> Login:
    """With `loopback` http is good enough. Raises LoginWrong."""
    if not isinstance(document, dict):
        raise LoginWrong("A login is a JSON object.")
    names = set(document) - OPTIONAL if "client_id" in document else set(document)
    if names not in (BASIC, OAUTH2):
        raise LoginWrong("A login has url, user, password; or url, client_id, client_secret.")
    if not all(isinstance(value, str) and value.strip() for value in document.values()):
        raise LoginWrong("Each value of a login is a text, and none is empty.")
    for name in ADDRESSES:
        if name in document and not _is_address(document[name], loopback=loopback):
            raise LoginWrong(f"{name} is an https address, as https://example.service-now.com")
    return document


def _is_address(text: str, *, loopback: bool) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    schemes = ("https", "http") if loopback else ("https",)
    return parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc


def store(secrets: Any, stage: str, login: Login) -> None:  # noqa: ANN401 - boto3 has no types
    """As a new version of the secret. Ticketing then tries again, also after a refusal. Raises
    LoginWrong when the stage has no such secret."""
    try:
        secrets.put_secret_value(SecretId=secret_of(stage), SecretString=json.dumps(dict(login)))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise LoginWrong(
            f"There is no secret {secret_of(stage)}. Deploy it: make deploy-ticketing STAGE={stage}"
        ) from None


def asked() -> object:
    url = input("Address of the instance, as https://example.service-now.com: ").strip()
    user = input("User (empty: OAuth2 client credentials): ").strip()
    if user:
        return {"url": url, "user": user, "password": getpass.getpass("Password: ")}
    client_id = input("Client id: ").strip()
    return {"url": url, "client_id": client_id, "client_secret": getpass.getpass("Client secret: ")}


def told(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:  # its message would show a part of the input
        raise LoginWrong("The input is no JSON.") from None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=STAGES, required=True)
    stage = parser.parse_args().stage
    try:
        given = asked() if sys.stdin.isatty() else told(sys.stdin.read(LONGEST_INPUT))
        login = checked(given, loopback=stage == "local")
        store(stage_client(stage, "secretsmanager"), stage, login)
    except (LoginWrong, ClientError, BotoCoreError) as error:
        sys.exit(f"The login was not stored. {error}")
    print(f"{secret_of(stage)} has the login for {urlsplit(login['url']).hostname}.")
    print("GET /api/servicenow/health says within two minutes whether it is good.")


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, EOFError):
        sys.exit(130)
