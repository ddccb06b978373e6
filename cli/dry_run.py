"""What would be sent where, and whether anything known now speaks against it. It starts nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cli.address import route
from cli.client import Client, read
from cli.destinations import is_confirmed
from cli.errors import NoRight, NotFound, TransferFailed, worst
from cli.invocation import Invocation
from cli.output import bytes_text
from cli.places import object_url
from cli.times import local_time
from contracts.auth_api import MeView
from contracts.browse_api import FilesPage
from contracts.destination_views import DestinationView

SENDERS = frozenset({"user", "operator", "admin"})
Body = dict[str, Any]


@dataclass(frozen=True)
class Check:
    """`exit_code` is the one that sending would end with; 0: nothing speaks against it."""

    name: str
    text: str
    exit_code: int = 0


def dry_run(invocation: Invocation, body: Body) -> int:
    """Prints the checks. Returns the exit code of the worst one."""
    client, output = invocation.client, invocation.output
    checks = [
        _checked("rights", lambda: _rights(client, body)),
        _checked("source", lambda: _source(client, body)),
        _checked("destination", lambda: _destination(client, body)),
    ]
    code = worst(each.exit_code for each in checks)
    if output.as_json:
        output.document(
            {
                "dry_run": True,
                "would_send": body,
                "checks": [
                    {"name": each.name, "ok": not each.exit_code, "text": each.text}
                    for each in checks
                ],
            }
        )
        return code
    source = body["source"]
    many = "key" not in source
    path = body.get("target_path") or ("" if many else source["key"].rsplit("/", 1)[-1])
    output.fields(
        [
            ("Would send", object_url(source["bucket"], _key_of(source))),
            ("To", f"{body['destination_id']}:{path}"),
            ("If it exists", body["if_exists"]),
            ("Verify", body["verify"]),
            *((f"{'FAILS' if each.exit_code else 'ok'} {each.name}", each.text) for each in checks),
        ]
    )
    output.note("Nothing was started. Whether the name is taken there is found out at the start.")
    return code


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, look())
    except (NoRight, NotFound, TransferFailed) as failed:  # of any other no check says anything
        return Check(name, failed.message, failed.exit_code)


def _rights(client: Client, body: Body) -> str:
    me = read(MeView, client.call("GET", "/api/me"))
    source, destination = body["source"], body["destination_id"]
    if SENDERS.isdisjoint(me.roles):
        raise NoRight("No role of yours lets you send: ask an admin.")
    if not any(
        each.bucket in ("*", source["bucket"]) and _key_of(source).startswith(each.prefix)
        for each in me.grants.sources
    ):
        raise NoRight("You have no grant for this object: ask an admin.")
    if {"*", destination}.isdisjoint(me.grants.destinations):
        raise NoRight("You have no grant for this destination: ask an admin.")
    return "you may send this object to this destination"


def _source(client: Client, body: Body) -> str:
    """Keys are listed in their order, so the object itself comes first."""
    source = body["source"]
    page = client.call(
        "GET",
        route("/api/buckets/{name}/files", name=source["bucket"]),
        query={"prefix": _key_of(source), "delimiter": "", "limit": 1},
    )
    listed = read(FilesPage, page).files
    if "prefix" in source:
        if not listed:
            raise NotFound("No object's key begins so: case and slashes count.")
        return "there are objects below it"
    found = [each for each in listed if each.key == _key_of(source)]
    if source.get("version_id"):
        return "a version is looked at when it is sent"
    if not found:
        raise NotFound("There is no such object: case and slashes count.")
    size, when = bytes_text(found[0].size_bytes), local_time(found[0].last_modified)
    return f"{size}, last changed {when}"


def _key_of(source: Body) -> str:
    """Of the object, or what stands for many: the prefix, or the manifest's key."""
    return str(source.get("key") or source.get("prefix") or source["manifest"])


def _destination(client: Client, body: Body) -> str:
    path = route("/api/destinations/{id}", id=body["destination_id"])
    view = read(DestinationView, client.call("GET", path))
    if not is_confirmed(view):
        raise TransferFailed(f"No host key is pinned: fileferry destinations pin {view.id}")
    if not view.has_password and not view.has_key:
        raise TransferFailed(
            f"It has no password or key: fileferry destinations update {view.id} --ask-password"
        )
    if view.profile is None:
        return f"never tested: fileferry destinations test {view.id}"
    lanes = "several lanes" if view.profile.write_at_offset else "one lane"
    rename = "renamed when whole" if view.delivery == "atomic" else "written under its own name"
    return f"tested {local_time(view.profile.probed_at)}: {lanes}, {rename}"
