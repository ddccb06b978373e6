"""HTTP routes and answers about talking to the agent in Microsoft Teams.

A stage without Teams answers 404 `teams_off` to all of them.
"""

from typing import Literal

from pydantic import Field

from contracts.contract import IssuedToken, Published, UtcTime
from contracts.route import Route

ANYBODY = "Everybody with a role."
OWN = "Everybody their own."


class TeamsCodeView(Published):
    """Send `code` to FileFerry's bot in Teams, in a chat with it alone, until `expires_at`. It
    works once, and connects whoever sends it with your account. So show it to nobody. A new code
    replaces the one before."""

    code: IssuedToken = Field(description="letters and digits in groups; dashes mean nothing")
    expires_at: UtcTime


class TeamsLinkView(Published):
    """A person in Teams who talks to the agent as you. `ended` is known after the agent has tried:
    the session behind the link is over, and the bot asks to connect again."""

    state: Literal["connected", "ended"]
    teams_name: str | None = Field(
        description="as Teams told it when they connected; others chose it, so show it as plain"
        " text"
    )
    connected_at: UtcTime
    expires_at: UtcTime = Field(description="the session behind the link ends then at the latest")


class TeamsLinksView(Published):
    """Newest first. Empty: Teams is not connected with your account."""

    links: tuple[TeamsLinkView, ...]


TEAMS_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/api/agent/teams/codes",
        "agent",
        "make_teams_code",
        "A code that connects Microsoft Teams with your account",
        TeamsCodeView,
        ANYBODY,
        201,
        problems=(403, 404, 409, 502, 503),
    ),
    Route(
        "GET",
        "/api/agent/teams/links",
        "agent",
        "list_teams_links",
        "Who in Microsoft Teams talks to the agent as you",
        TeamsLinksView,
        OWN,
        problems=(404,),
    ),
    Route(
        "DELETE",
        "/api/agent/teams/links",
        "agent",
        "remove_teams_links",
        "Disconnect Microsoft Teams; the sessions behind it end, and an open code is void",
        None,
        OWN,
        204,
        problems=(404, 503),
    ),
)
