"""The conditions that lists of transfers have, as options of a command and as a query."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, get_args

import click

from cli.client import Client, read
from cli.errors import UsageFailed
from cli.times import FORMS, point_in_time
from contracts.transfer_views import TransferStatus, TransferSummary

PAGE = 200  # rows of a call: few calls, and none that takes long
STATES = ("active", "ended")
STATUSES = get_args(TransferStatus)


def conditions(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options. Their names are those of `query_of`."""
    for option in reversed(
        (
            click.option(
                "--state",
                type=click.Choice((*STATES, *STATUSES)),
                metavar="STATE",
                help=f"active, ended, or one status: {', '.join(STATUSES)}.",
            ),
            click.option(
                "--status", type=click.Choice(STATUSES), metavar="STATUS", help="One status."
            ),
            click.option("--reason", help="The code of its failure, as in docs/reasons.md."),
            click.option("--destination", metavar="DEST", help="Where it goes."),
            click.option("--bucket", help="Where it comes from."),
            click.option("--prefix", help="What its key begins with; needs --bucket."),
            click.option("--label", help="What its requester called it."),
            click.option("--owner", help="Whose transfers; '*' is everybody's."),
            click.option("--since", metavar="TIME", help=f"Requested then or later: {FORMS}."),
            click.option("--until", metavar="TIME", help="Requested earlier than that."),
        )
    ):
        command = option(command)
    return command


def query_of(given: dict[str, Any]) -> dict[str, str]:
    """The query string for the options that were given. Raises UsageFailed."""
    query = {name: str(value) for name, value in given.items() if value is not None}
    now = datetime.now(UTC)
    if "since" in query:
        query["from"] = point_in_time(query.pop("since"), now)
    if "until" in query:
        query["until"] = point_in_time(query["until"], now)
    state = query.get("state")
    if state in STATUSES:
        if query.get("status", state) != state:
            raise UsageFailed(f"--state {state} and --status {query['status']} exclude each other.")
        query["status"] = query.pop("state")
    if "prefix" in query and "bucket" not in query:
        raise UsageFailed("--prefix needs --bucket.")
    return query


def transfers(client: Client, query: dict[str, str], limit: int | None) -> Iterator[dict[str, Any]]:
    """Their JSON documents, page by page. `limit` None: all of them."""
    size = PAGE if limit is None else min(limit, PAGE)
    left = limit
    for page in client.pages("/api/transfer", {**query, "limit": size}):
        for document in page.get("transfers", ()):
            if left == 0:
                return
            left = None if left is None else left - 1
            yield document


def summary(document: object) -> TransferSummary:
    return read(TransferSummary, document)
