"""The real ServiceNow, Teams, Slack and Bedrock of a local stack, as the environment names them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.local.doubles import BEDROCK, SERVICENOW, SLACK, TEAMS
from infra.local.real_bedrock import SWITCH, BedrockWrong, RealBedrock, real_bedrock
from infra.servicenow_login import Login, LoginWrong, checked

VARIABLES = {
    SERVICENOW: "FILEFERRY_SERVICENOW_URL",
    TEAMS: "FILEFERRY_TEAMS_URL",
    SLACK: "FILEFERRY_SLACK_URL",
    BEDROCK: SWITCH,
}
USER, PASSWORD = "FILEFERRY_SERVICENOW_USER", "FILEFERRY_SERVICENOW_PASSWORD"


class ReceiverWrong(Exception):
    """What the environment says of one cannot be used. The message shows no address."""


@dataclass(frozen=True)
class RealReceivers:
    """None and no hook: the double is wanted. `hooks` are webhooks of Teams and Slack, by the name
    of the double. The whole address of each is a secret."""

    servicenow: Login | None = field(default=None, repr=False)
    hooks: Mapping[str, str] = field(default_factory=dict, repr=False)
    bedrock: RealBedrock | None = None

    @property
    def names(self) -> frozenset[str]:
        others = {SERVICENOW: self.servicenow, BEDROCK: self.bedrock}
        return frozenset(self.hooks) | {name for name, real in others.items() if real}


def real_receivers(environment: Mapping[str, str]) -> RealReceivers:
    """Raises ReceiverWrong."""
    hooks = {name: _webhook(environment, VARIABLES[name]) for name in (TEAMS, SLACK)}
    try:
        bedrock = real_bedrock(environment)
    except BedrockWrong as wrong:
        raise ReceiverWrong(str(wrong)) from None
    return RealReceivers(
        servicenow=_login(environment),
        hooks={name: url for name, url in hooks.items() if url},
        bedrock=bedrock,
    )


def _login(environment: Mapping[str, str]) -> Login | None:
    url = environment.get(VARIABLES[SERVICENOW])
    if not url:
        return None
    login = {"url": url, "user": environment.get(USER), "password": environment.get(PASSWORD)}
    try:
        return checked(login)
    except LoginWrong as wrong:
        names = f"{VARIABLES[SERVICENOW]}, {USER}, {PASSWORD}"
        raise ReceiverWrong(f"{names}: {wrong}") from None


def _webhook(environment: Mapping[str, str], name: str) -> str | None:
    url = environment.get(name)
    if url and not url.startswith("https://"):
        raise ReceiverWrong(f"{name} is no https address.")
    return url or None
