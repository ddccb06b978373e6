"""How users and their grants are shown and changed."""

from collections.abc import Sequence
from typing import Any

from cli.address import route
from cli.client import Client, read
from cli.invocation import Invocation
from cli.places import object_url
from cli.times import local_time
from contracts.auth_api import UserView

COLUMNS = ("USER", "NAME", "ROLES", "LOGIN", "LOCKED")


def user_path(user: str) -> str:
    return route("/api/users/{user}", user=user)


def read_user(client: Client, user: str) -> tuple[UserView, str]:
    """The user, and their version for If-Match."""
    answer = client.answer("GET", user_path(user))
    return read(UserView, answer.document), answer.headers.get("etag", "*")


def change(client: Client, user: str, changes: dict[str, Any], version: str | None) -> Any:  # noqa: ANN401
    """`version` None: whatever others changed meanwhile."""
    headers = {} if version is None else {"If-Match": version}
    return client.call("PATCH", user_path(user), body=changes, headers=headers)


def row(view: UserView) -> Sequence[object]:
    return view.user, view.name, ", ".join(view.roles), view.login, "locked" if view.locked else ""


def shown(invocation: Invocation, document: Any) -> None:  # noqa: ANN401
    if invocation.output.as_json:
        invocation.output.document(document)
    else:
        invocation.output.fields(fields(read(UserView, document)))


def fields(view: UserView) -> list[tuple[str, object]]:
    sources = [object_url(each.bucket, each.prefix) for each in view.grants.sources]
    return [
        ("User", view.user),
        ("Name", view.name),
        ("E-mail", view.email or "none"),
        ("Roles", ", ".join(view.roles)),
        ("Login", view.login),
        ("Locked", "yes" if view.locked else "no"),
        *(("May send from", each) for each in sources or ["nothing"]),
        *(("May send to", each) for each in view.grants.destinations or ("nowhere",)),
        ("Created", local_time(view.created_at)),
        ("Changed", local_time(view.updated_at)),
    ]
