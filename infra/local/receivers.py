"""Whom a local stack writes to and asks: the doubles beside it, or real ones."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from botocore.exceptions import ClientError

from infra.local.doubles import (
    BEDROCK,
    DOUBLES,
    MAILS,
    PASSWORD,
    SERVICENOW,
    SLACK,
    TEAMS,
    USER,
    WEBHOOKS,
    serve_doubles,
)
from infra.local.real_bedrock import FUNCTION, store_credentials
from infra.local.real_receivers import VARIABLES, RealReceivers
from infra.local.stack import LocalStack
from infra.servicenow_login import Login, secret_of, store
from infra.stacks import find_stack

SHOWN = {
    SERVICENOW: "Tickets",
    TEAMS: "Teams cards",
    SLACK: "Slack",
    MAILS: "Mails",
    WEBHOOKS: "Webhooks",
    BEDROCK: "Model",
}
# Where a double tells the address that a channel needs, and where in the answer it stands.
HOOKS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    TEAMS: ("flows", lambda told: told["flows"][0]["url"]),
    SLACK: ("workspace", lambda told: told["webhook"]["url"]),
    WEBHOOKS: ("receiver", lambda told: told["url"]),
}
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True)
class Receivers:
    """`hooks` are addresses for channels, by the name of the double in whose place they are. Those
    of real ones are secrets. `pages` has where people read what came. A real one has none."""

    hooks: Mapping[str, str] = field(repr=False)
    pages: Mapping[str, str]

    def lines(self) -> list[str]:
        """For people: where what came is shown."""
        real = {name: f"the real one, from {key}" for name, key in VARIABLES.items()}
        return [f"{text:<12} {self.pages.get(name) or real[name]}" for name, text in SHOWN.items()]


def connect(stack: LocalStack, real: RealReceivers) -> Receivers:
    """Starts the doubles that are wanted. Tells the stack how to reach ServiceNow and the model,
    and from which address it may send mails."""
    wanted = [name for name in DOUBLES if name not in real.names]
    pages = serve_doubles(stack.programs, wanted, stack.endpoint)
    double = {"url": pages.get(SERVICENOW, ""), "user": USER, "password": PASSWORD}
    _log_in(stack.client("secretsmanager"), real.servicenow or double)
    stack.client("ses").verify_email_identity(EmailAddress=_sender())
    stack.deploy("notify")  # with the address of the double of Slack's API
    _reach_model(stack, real)
    hooks = {name: _hook(name, pages[name]) for name in HOOKS if name in pages}
    return Receivers({**hooks, **real.hooks}, pages)


def _reach_model(stack: LocalStack, real: RealReceivers) -> None:
    """Functions that run have the credentials that they began with."""
    if store_credentials(stack.state_dir, real.bedrock):
        stack.kill_worker_processes(FUNCTION)
    stack.deploy("agent", real.bedrock.parameters if real.bedrock else {})


def _sender() -> str:
    declared = find_stack("notify").declared_parameters()
    return str(declared["MailFrom"]["Default"])


def _hook(name: str, page: str) -> str:
    control, address = HOOKS[name]
    answer = httpx.get(f"{page}/_double/{control}", trust_env=False, timeout=PATIENCE_SECONDS)
    return str(address(answer.raise_for_status().json()))


def _log_in(secrets: Any, login: Login) -> None:  # noqa: ANN401 - boto3 has no types
    """Stores it only when it is another one. A new version makes a stopped ticketing try again."""
    try:
        known = secrets.get_secret_value(SecretId=secret_of("local"))["SecretString"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        known = ""
    if known != json.dumps(dict(login)):
        store(secrets, "local", login)
