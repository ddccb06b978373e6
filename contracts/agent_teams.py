"""HTTP routes and answers about talking to the agent in Microsoft Teams.

A stage without Teams answers 404 `teams_off` to all of them.
"""

from typing import Annotated, Literal

from pydantic import Field

from contracts.contract import Contract, IssuedToken, Published, Text, UtcTime
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


MAX_TEAMS_TEXT = 100_000  # characters; Teams itself takes fewer
MAX_ATTACHMENTS = 100
TeamsId = Annotated[str, Text("1 to 500 characters", 500)]
TeamsName = Annotated[str, Text("At most 500 characters", 500, min_length=0)]


class TeamsAccount(Contract, extra="ignore"):
    """A person or a bot. `aadObjectId` is the person's id in Microsoft Entra ID."""

    id: TeamsId
    name: TeamsName | None = None
    aad_object_id: TeamsId | None = Field(default=None, alias="aadObjectId")


class TeamsChat(Contract, extra="ignore"):
    id: TeamsId
    conversation_type: TeamsName | None = Field(default=None, alias="conversationType")
    tenant_id: TeamsId | None = Field(default=None, alias="tenantId")


class TeamsAttachment(Contract, extra="ignore"):
    content_type: TeamsName | None = Field(default=None, alias="contentType")


class TeamsTenant(Contract, extra="ignore"):
    id: TeamsId


class TeamsChannelData(Contract, extra="ignore"):
    tenant: TeamsTenant | None = None


class TeamsActivity(Contract, extra="ignore"):
    """What the Bot Framework tells our bot. Only what FileFerry reads is described."""

    type: TeamsName
    id: TeamsId | None = None
    channel_id: TeamsName | None = Field(default=None, alias="channelId")
    service_url: TeamsId = Field(alias="serviceUrl")
    sender: TeamsAccount = Field(alias="from")
    recipient: TeamsAccount
    conversation: TeamsChat
    channel_data: TeamsChannelData | None = Field(default=None, alias="channelData")
    text: Annotated[str, Text("Too long", MAX_TEAMS_TEXT, min_length=0)] | None = None
    attachments: (
        Annotated[tuple[TeamsAttachment, ...], Field(max_length=MAX_ATTACHMENTS)] | None
    ) = None
    members_added: tuple[TeamsAccount, ...] | None = Field(default=None, alias="membersAdded")


TEAMS_ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/api/agent/teams/messages",
        "agent",
        "take_teams_activity",
        "What somebody writes to the bot in Teams; the answer goes there",
        None,
        "The Bot Framework, with a token that it signed for this stage's bot.",
        202,
        request=TeamsActivity,
        problems=(401, 403, 404, 503),
        public=True,
    ),
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
