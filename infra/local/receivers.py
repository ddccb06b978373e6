"""Whom a local stack writes to: the doubles beside it, or real ones."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from infra.local.doubles import (
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
from infra.local.real_receivers import VARIABLES, RealReceivers
from infra.local.stack import LocalStack
from infra.servicenow_login import Login, secret_of, store

SHOWN = {
    SERVICENOW: "Tickets",
    TEAMS: "Teams cards",
    SLACK: "Slack",
    MAILS: "Mails",
    WEBHOOKS: "Webhooks",
}
SENDER = "fileferry@fileferry.example"  # the default of notify's template
TEAMS_HOOK = "/workflows/of-the-local-stack/triggers/manual/paths/invoke?sig=of-the-local-stack"
SLACK_HOOK = "/services/T0LOCAL/B0LOCAL/of-the-local-stack"


@dataclass(frozen=True)
class Receivers:
    """`teams` and `slack` are addresses for channels, and secrets when they are real. `pages` has
    where people read what came, by the name of the double. A real one has none."""

    teams: str = field(repr=False)
    slack: str = field(repr=False)
    pages: Mapping[str, str]

    def lines(self) -> list[str]:
        """For people: where what came is shown."""
        real = {name: f"the real one, from {key}" for name, key in VARIABLES.items()}
        return [f"{text:<12} {self.pages.get(name) or real[name]}" for name, text in SHOWN.items()]


def connect(stack: LocalStack, real: RealReceivers) -> Receivers:
    """Starts the doubles that are wanted. Tells the stack how to reach ServiceNow, and from which
    address it may send mails."""
    wanted = [name for name in DOUBLES if name not in real.names]
    pages = serve_doubles(stack.programs, wanted, stack.endpoint)
    double = {"url": pages.get(SERVICENOW, ""), "user": USER, "password": PASSWORD}
    _log_in(stack.client("secretsmanager"), real.servicenow or double)
    stack.client("ses").verify_email_identity(EmailAddress=SENDER)
    return Receivers(
        teams=real.teams or pages[TEAMS] + TEAMS_HOOK,
        slack=real.slack or pages[SLACK] + SLACK_HOOK,
        pages=pages,
    )


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
