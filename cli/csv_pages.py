"""The CSV pages of the history as one file."""

import csv
import io
from collections.abc import Iterator
from urllib.parse import parse_qs

from cli.client import Client
from cli.errors import CommandFailed
from cli.http import NOT_OURS, Answer

PAGE = 1_000  # rows of a call, as many as the API allows


def csv_lines(client: Client, query: dict[str, str], limit: int | None) -> Iterator[str]:
    """Each row once, under one header. A row may have line ends within its cells."""
    left, cursor, first = limit, None, True
    while True:
        size = PAGE if left is None else min(left, PAGE)
        wish = {**query, "format": "csv", "limit": size, "cursor": cursor}
        answer = client.answer("GET", "/api/history", query=wish)
        rows = _rows(answer)
        yield from (_line(row) for row in (rows if first else rows[1:]))
        left = None if left is None else left - max(0, len(rows) - 1)
        following = _next_cursor(answer.headers.get("link", ""))
        if following is None or left == 0:
            return
        if following == cursor:
            raise CommandFailed("The list does not end: its next page is the same one.")
        cursor, first = following, False


def _rows(answer: Answer) -> list[list[str]]:
    """Raises CommandFailed for the page of a stranger: it would be taken for the file."""
    try:
        if not answer.headers.get("content-type", "").startswith("text/csv"):
            raise ValueError
        return list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    except (ValueError, csv.Error):
        raise CommandFailed(NOT_OURS) from None


def _line(row: list[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(row)
    return text.getvalue()


def _next_cursor(link: str) -> str | None:
    """Of `<?cursor=...&...>; rel="next"`."""
    found = parse_qs(link.partition("<?")[2].partition(">")[0]).get("cursor")
    return found[0] if found else None
