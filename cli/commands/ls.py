"""fileferry ls"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

from cli.address import route
from cli.client import Client, read
from cli.command import command
from cli.escaping import escaped
from cli.invocation import Invocation, pass_invocation
from cli.output import Output, bytes_text, counted
from cli.places import object_url, parse_source
from cli.times import local_time
from contracts.browse_api import FilesPage, FileView

PAGE = 1_000
EXAMPLES = """
fileferry ls s3://exports/
fileferry ls s3://exports/reports/2026- --limit 100
fileferry ls s3://exports/ --recursive --json | jq '.files | length'
"""


@dataclass
class Listing:
    """What came so far. `complete` is true when the end was reached."""

    files: int = 0
    folders: int = 0
    size_bytes: int = 0
    complete: bool = False


@command("ls", examples=EXAMPLES)
@click.argument("place", metavar="s3://BUCKET[/PREFIX]")
@click.option("--recursive", "-r", is_flag=True, help="All objects, without folders.")
@click.option("--limit", type=click.IntRange(min=1), help="So many at most; all without it.")
@pass_invocation
def ls(invocation: Invocation, place: str, recursive: bool, limit: int | None) -> None:
    """List objects and folders whose key begins with a prefix, as far as you may send them."""
    bucket, prefix = parse_source(place, key_needed=False)
    query = {"prefix": prefix, "delimiter": "" if recursive else "/"}
    output, listing = invocation.output, Listing()
    entries = _entries(invocation.client, bucket, query, limit, listing)
    if output.as_json:
        found = list(entries)
        output.document(
            {
                "bucket": bucket,
                "prefix": prefix,
                "folders": [each for each in found if isinstance(each, str)],
                "files": [each for each in found if not isinstance(each, str)],
                "complete": listing.complete,
            }
        )
        return
    for entry in entries:
        output.say(_line(bucket, entry))
    _say_end(output, listing)


def _entries(
    client: Client, bucket: str, query: dict[str, str], limit: int | None, listing: Listing
) -> Iterator[Any]:
    """A folder is a string, a file is the JSON document of it."""
    left = limit
    size = PAGE if limit is None else min(PAGE, limit)
    path = route("/api/buckets/{name}/files", name=bucket)
    for page in client.pages(path, {**query, "limit": size}):
        view = read(FilesPage, page)
        for entry in (*view.folders, *page["files"]):
            if left == 0:
                return
            left = None if left is None else left - 1
            _count(entry, listing)
            yield entry
    listing.complete = True


def _count(entry: Any, listing: Listing) -> None:
    if isinstance(entry, str):
        listing.folders += 1
    else:
        listing.files += 1
        listing.size_bytes += entry["size_bytes"]


def _line(bucket: str, entry: Any) -> str:
    if isinstance(entry, str):
        return f"{'folder':>10}  {'':19}  {escaped(object_url(bucket, entry))}"
    file = read(FileView, entry)
    size, when = bytes_text(file.size_bytes), local_time(file.last_modified)
    return f"{size:>10}  {when:19}  {escaped(object_url(bucket, file.key))}"


def _say_end(output: Output, listing: Listing) -> None:
    count = f"{counted(listing.files, 'file')} and {counted(listing.folders, 'folder')}"
    if not listing.complete:
        output.note(
            f"The first {count}. There may be more: raise --limit, or give a longer prefix."
        )
    elif listing.files or listing.folders:
        output.note(f"End of the list: {count}, {bytes_text(listing.size_bytes)}.")
    else:
        output.note("Nothing here that you may send.")
