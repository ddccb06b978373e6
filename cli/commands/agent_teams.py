"""fileferry agent teams"""

from cli.client import read
from cli.command import group
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from cli.times import local_time
from contracts.agent_teams import TeamsCodeView, TeamsLinksView

LINKS = "/api/agent/teams/links"


@group("teams")
def teams() -> None:
    """Talk to the agent in Microsoft Teams, as you."""


@teams.command_("connect", examples="fileferry agent teams connect")
@pass_invocation
def connect(invocation: Invocation) -> None:
    """Print a code that connects Microsoft Teams with your account.

    Send it to the FileFerry bot in Teams. A new code replaces the one before.
    """
    document = invocation.client.call("POST", "/api/agent/teams/codes")
    output = invocation.output
    if output.as_json:
        output.document(document)
        return
    view = read(TeamsCodeView, document)
    output.say(escaped(view.code.get_secret_value()))
    output.note(
        "Send this code to the FileFerry bot in Teams, in a chat with it alone. It is good once,"
        f" until {local_time(view.expires_at)}.\n"
        "Whoever sends it talks to the agent as you, so show it to nobody.\n"
        "`fileferry agent teams status` shows whether Teams is connected."
    )


@teams.command_("status", examples="fileferry agent teams status")
@pass_invocation
def status(invocation: Invocation) -> None:
    """Show who in Microsoft Teams talks to the agent as you."""
    document = invocation.client.call("GET", LINKS)
    output = invocation.output
    if output.as_json:
        output.document(document)
        return
    view = read(TeamsLinksView, document)
    rows = (
        (each.state, each.teams_name, local_time(each.connected_at), local_time(each.expires_at))
        for each in view.links
    )
    if not output.table(("STATE", "NAME IN TEAMS", "SINCE", "ENDS"), rows):
        output.note("Teams is not connected with your account: `fileferry agent teams connect`.")


@teams.command_("disconnect", examples="fileferry agent teams disconnect")
@pass_invocation
def disconnect(invocation: Invocation) -> None:
    """Disconnect Microsoft Teams from your account. Nothing is asked."""
    invocation.client.call("DELETE", LINKS)
    if invocation.output.as_json:
        invocation.output.document({"links": []})
    else:
        invocation.output.note("Nobody in Teams talks to the agent as you any more.")
