"""fileferry users"""

import click

from cli.address import route
from cli.client import read
from cli.command import group
from cli.commands import users_write
from cli.confirming import confirm
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from cli.users import COLUMNS, change, read_user, row, shown, user_path
from contracts.auth_api import UserView

user_argument = click.argument("user", metavar="USER")


@group("users")
def users() -> None:
    """For admins: list, show, add, update, lock, unlock, remove, grant."""


@users.command_("list", examples="fileferry users list")
@pass_invocation
def list_(invocation: Invocation) -> None:
    """List all users."""
    pages = invocation.client.pages("/api/users", {"limit": 200})
    found = [each for page in pages for each in page.get("users", ())]
    if invocation.output.as_json:
        invocation.output.document({"users": found})
    else:
        invocation.output.table(COLUMNS, (row(read(UserView, each)) for each in found))


@users.command_("show", examples="fileferry users show jane")
@user_argument
@pass_invocation
def show(invocation: Invocation, /, user: str) -> None:
    """Show one user, with roles and grants."""
    shown(invocation, invocation.client.call("GET", user_path(user)))


@users.command_("lock", examples="fileferry users lock jane")
@user_argument
@pass_invocation
def lock(invocation: Invocation, /, user: str) -> None:
    """End all sessions of a user, and let nobody log in as them. Transfers under way go on."""
    shown(invocation, change(invocation.client, user, {"locked": True}, version=None))


@users.command_("unlock", examples="fileferry users unlock jane")
@user_argument
@pass_invocation
def unlock(invocation: Invocation, /, user: str) -> None:
    """Let a user log in again; also ends the waits after wrong passwords."""
    shown(invocation, change(invocation.client, user, {"locked": False}, version=None))


@users.command_("logout", examples="fileferry users logout jane")
@user_argument
@pass_invocation
def logout(invocation: Invocation, /, user: str) -> None:
    """End all sessions of a user. They can log in again."""
    invocation.client.call("DELETE", route("/api/users/{user}/sessions", user=user))
    if invocation.output.as_json:
        invocation.output.document({"user": user, "logged_out": True})
    else:
        invocation.output.note(f"All sessions of {escaped(user)} were ended.")


@users.command_("remove", examples="fileferry users remove jane --yes")
@user_argument
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@pass_invocation
def remove(invocation: Invocation, /, user: str, yes: bool) -> None:
    """Remove a user for ever: the name is not given again."""
    view, version = read_user(invocation.client, user)
    if not yes:
        confirm(f"Remove {escaped(view.user)} ({escaped(view.name)}) for ever?")
    invocation.client.call("DELETE", user_path(user), headers={"If-Match": version})
    if invocation.output.as_json:
        invocation.output.document({"user": view.user, "removed": True})
    else:
        invocation.output.note(f"{escaped(view.user)} was removed.")


users.add_command(users_write.add)
users.add_command(users_write.update)
users.add_command(users_write.grant)
