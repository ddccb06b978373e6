"""fileferry list, fileferry history"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import click

from cli.command import command
from cli.csv_pages import csv_lines
from cli.errors import UsageFailed
from cli.invocation import Invocation, pass_invocation
from cli.selection import conditions, query_of, summary, transfers
from cli.transfers import COLUMNS, row

LIMIT = 50  # fits on a screen or two; --all and --limit go further

limit_option = click.option(
    "--limit", type=click.IntRange(min=1), default=LIMIT, show_default=True, help="How many."
)
all_option = click.option("--all", "everything", is_flag=True, help="All of them, to the end.")
oldest_option = click.option("--oldest", is_flag=True, help="The oldest first.")

LIST_EXAMPLES = """
fileferry list --state active
fileferry list --state failed --since 2h --json
fileferry list --destination acme --owner '*' --all
"""
HISTORY_EXAMPLES = """
fileferry history --since 2026-11-01
fileferry history --label month-end --csv > month-end.csv
"""


@command("list", examples=LIST_EXAMPLES)
@conditions
@limit_option
@all_option
@oldest_option
@pass_invocation
def list_transfers(
    invocation: Invocation, /, limit: int, everything: bool, oldest: bool, **given: Any
) -> None:
    """List transfers, the newest first."""
    _show(invocation, _query(given, oldest), None if everything else limit)


@command("history", examples=HISTORY_EXAMPLES)
@conditions
@limit_option
@all_option
@oldest_option
@click.option("--csv", "as_csv", is_flag=True, help="A CSV file with all columns, on stdout.")
@pass_invocation
def history(
    invocation: Invocation,
    /,
    limit: int,
    everything: bool,
    oldest: bool,
    as_csv: bool,
    **given: Any,
) -> None:
    """List transfers that have ended, the newest first. With --csv all of them, unless --limit is
    given."""
    if given["state"] is None and given["status"] is None:
        given["state"] = "ended"
    query = _query(given, oldest)
    if not as_csv:
        _show(invocation, query, None if everything else limit)
        return
    if invocation.output.as_json:
        raise UsageFailed("Choose either --json or --csv.")
    limited = _was_given("limit") and not everything
    for line in csv_lines(invocation.client, query, limit if limited else None):
        invocation.output.raw(line)


def _query(given: dict[str, Any], oldest: bool) -> dict[str, str]:
    query = query_of(given)
    return {**query, "order": "oldest"} if oldest else query


def _was_given(option: str) -> bool:
    source = click.get_current_context().get_parameter_source(option)
    return source is click.core.ParameterSource.COMMANDLINE


def _show(invocation: Invocation, query: dict[str, str], limit: int | None) -> None:
    output = invocation.output
    # One more than is shown tells whether there are more.
    found = transfers(invocation.client, query, None if limit is None else limit + 1)
    more: list[bool] = []

    def shown() -> Iterator[dict[str, Any]]:
        yield from islice(found, limit)
        more.append(next(found, None) is not None)

    if output.as_json:
        documents = list(shown())
        output.document({"transfers": documents, "complete": not more[0]})
        return
    count = output.table(COLUMNS, (row(summary(each)) for each in shown()))
    if more[0]:
        output.note(f"These are the first {count}. There are more: --limit or --all.")
    elif not count:
        output.note("There is no such transfer.")
