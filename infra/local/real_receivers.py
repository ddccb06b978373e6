"""The real ServiceNow, Teams and Slack of a local stack, as the environment names them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.local.doubles import SERVICENOW, SLACK, TEAMS
from infra.servicenow_login import Login, LoginWrong, checked

VARIABLES = {
    SERVICENOW: "FILEFERRY_SERVICENOW_URL",
    TEAMS: "FILEFERRY_TEAMS_URL",
    SLACK: "FILEFERRY_SLACK_URL",
}
USER, PASSWORD = "FILEFERRY_SERVICENOW_USER", "FILEFERRY_SERVICENOW_PASSWORD"


class ReceiverWrong(Exception):
    """What the environment says of one cannot be used. The message shows no address."""


@dataclass(frozen=True)
class RealReceivers:
    """None: the double is wanted. `teams` and `slack` are webhooks, so whole addresses are
    secrets."""

    servicenow: Login | None = field(default=None, repr=False)
    teams: str | None = field(default=None, repr=False)
    slack: str | None = field(default=None, repr=False)

    @property
    def names(self) -> frozenset[str]:
        given = {SERVICENOW: self.servicenow, TEAMS: self.teams, SLACK: self.slack}
        return frozenset(name for name, value in given.items() if value)


def real_receivers(environment: Mapping[str, str]) -> RealReceivers:
    """Raises ReceiverWrong."""
    return RealReceivers(
        servicenow=_login(environment),
        teams=_webhook(environment, VARIABLES[TEAMS]),
        slack=_webhook(environment, VARIABLES[SLACK]),
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
