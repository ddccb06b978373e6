"""fileferry send"""

from typing import Any, get_args
from uuid import uuid4

import click

from cli.client import read
from cli.command import command
from cli.dry_run import dry_run
from cli.errors import UsageFailed
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from cli.places import parse_source, parse_target
from cli.sending import start_transfer
from contracts.receipt import Verify
from contracts.transfer_events import IfExists
from contracts.transfer_views import TransferView

EXAMPLES = """
fileferry send s3://exports/reports/today.csv acme
fileferry send s3://exports/today.csv acme:/in/2026/ --if-exists replace
fileferry send s3://exports/today.csv acme --dry-run
fileferry send s3://exports/reports/ acme:/in/2026 --recursive --exclude '*.tmp'
fileferry send s3://exports/lists/today.txt acme --manifest --watch
ID=$(fileferry send s3://exports/today.csv acme --quiet)
"""


@command("send", examples=EXAMPLES)
@click.argument("source", metavar="s3://BUCKET/KEY")
@click.argument("target", metavar="DEST[:/PATH]")
@click.option(
    "--if-exists",
    type=click.Choice(get_args(IfExists)),
    default="fail",
    show_default=True,
    help="What to do when the name is taken there.",
)
@click.option(
    "--verify",
    type=click.Choice(get_args(Verify)),
    default="checksum",
    show_default=True,
    help="What is compared, see docs/user-guide/integrity.md.",
)
@click.option(
    "--readback-percent",
    type=click.IntRange(1, 100),
    help="With --verify readback: so much of the bytes; all of them without it.",
)
@click.option(
    "--recursive",
    "-r",
    is_flag=True,
    help="All objects below the folder KEY, with or without a slash at its end, as one transfer.",
)
@click.option("--manifest", is_flag=True, help="The objects whose keys KEY lists, one a line.")
@click.option("--include", multiple=True, metavar="GLOB", help="Of many: only these names.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Of many: not these names.")
@click.option("--version-id", help="That version of the object; the latest without it.")
@click.option("--label", help="A word of yours, to find the transfer by.")
@click.option(
    "--idempotency-key", metavar="KEY", help="Repeated with the same key, it is sent once."
)
@click.option("--watch", is_flag=True, help="Show how it gets on, and end as it ends.")
@click.option("--dry-run", "only_look", is_flag=True, help="Check what can be, and start nothing.")
@pass_invocation
def send(
    invocation: Invocation,
    /,
    source: str,
    target: str,
    idempotency_key: str | None,
    only_look: bool,
    watch: bool,
    **wishes: Any,
) -> int:
    """Send one object to a destination, or many as one transfer.

    PATH is relative to the destination's base path. With a slash at its end it is a folder. Of many
    objects it is the folder that they go into, in any case. In a GLOB, * and ? stand for what is
    between slashes and ** for any number of folders; without a slash it is compared with the last
    part of a name. The
    command ends when the transfer has been accepted, and prints its id. With --watch it ends when
    the transfer has ended, with the same exit codes as `fileferry wait`.
    """
    bucket, key = parse_source(source)
    body = body_of(bucket, key, target, wishes)
    if only_look:
        return dry_run(invocation, body)
    if watch:  # loading takes a moment: a Ctrl-C in it must not come after the start
        import cli.live.screen
        import cli.live.watching  # noqa: F401
    document = start_transfer(invocation, body, idempotency_key or f"cli-{uuid4().hex}")
    output = invocation.output
    if watch:
        return watch_started(invocation, document)
    if output.as_json:
        output.document(document)
        return 0
    output.say(escaped(str(document["id"])))
    for warning in (*document.get("warnings", ()), *document.get("cautions", ())):
        output.warn(f"Warning: {escaped(str(warning))}")
    output.note(f"Accepted. Follow it with: fileferry watch {escaped(str(document['id']))}")
    return 0


def watch_started(invocation: Invocation, document: Any) -> int:
    from cli.live.shown import from_rest
    from cli.live.watched import Watched
    from cli.live.watching import Watching

    view = read(TransferView, document)
    for warning in (*view.warnings, *view.cautions):
        invocation.output.warn(f"Warning: {escaped(warning)}")
    return Watching(invocation, Watched((view.id,)), first=(from_rest(view),)).run()


def body_of(bucket: str, key: str, target: str, wishes: dict[str, Any]) -> dict[str, Any]:
    """The request, without what nobody asked for."""
    source: dict[str, Any] = {"bucket": bucket, **_objects(key, wishes)}
    destination, path = parse_target(target, key if "key" in source else None)
    body = {"source": source, "destination_id": destination, "target_path": path, **wishes}
    return {name: value for name, value in body.items() if value is not None}


def _objects(key: str, wishes: dict[str, Any]) -> dict[str, Any]:
    """What is to be sent, taken out of the wishes. Raises UsageFailed."""
    many, listed = wishes.pop("recursive"), wishes.pop("manifest")
    version = wishes.pop("version_id")
    patterns = {name: list(wishes.pop(name)) for name in ("include", "exclude")}
    patterns = {name: given for name, given in patterns.items() if given}
    if many and listed:
        raise UsageFailed("Give --recursive or --manifest, not both.")
    if not many and not listed:
        if patterns:
            raise UsageFailed("--include and --exclude go with --recursive or --manifest.")
        return {"key": key} | ({"version_id": version} if version else {})
    if version:
        raise UsageFailed("--version-id goes with one object only.")
    if listed:
        return {"manifest": key, **patterns}
    folder = key if key.endswith("/") else f"{key}/"  # else reports is a prefix of reports-secret/
    return {"prefix": folder, **patterns}
