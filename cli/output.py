"""What a command prints: results on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import IO, Any

import click

from cli.escaping import escaped, escaped_lines

__all__ = ["Output", "bytes_text", "counted", "escaped", "escaped_lines"]


GAP = 2  # blanks between two columns of a table
READABLE_WIDTH = 24  # a column that is folded to less is a puzzle


class Output:
    """The streams are looked up at each use, because tests and shells replace them."""

    def __init__(
        self,
        *,
        as_json: bool = False,
        quiet: bool = False,
        progress: bool = True,
        color: bool = True,
    ) -> None:
        self.as_json, self.quiet, self.color = as_json, quiet, color
        self._progress = progress

    @property
    def shows_progress(self) -> bool:
        """Whether a bar may be drawn on stderr: only a terminal can, and not every user wants it.
        NO_COLOR takes the colours of a bar, not the bar."""
        return self._progress and not self.quiet and sys.stderr.isatty()

    def document(self, document: Any) -> None:  # noqa: ANN401
        """One JSON document. It is ASCII: no name in it can steer a terminal."""
        click.echo(json.dumps(document, indent=2, ensure_ascii=True))

    def line(self, document: Any) -> None:  # noqa: ANN401
        """One JSON document in one line, out at once: for commands that print as it happens."""
        sys.stdout.write(json.dumps(document, ensure_ascii=True, separators=(",", ":")) + "\n")
        sys.stdout.flush()

    def say(self, text: str) -> None:
        """A line of the result. Whoever calls has escaped what comes from outside."""
        click.echo(text)

    def note(self, text: str) -> None:
        """A line beside the result, for people: it can be missed."""
        if not self.quiet:
            click.echo(text, err=True)

    def warn(self, text: str) -> None:
        """A line that is shown to those who asked for quiet, too."""
        click.echo(text, err=True)

    def fields(self, pairs: Iterable[tuple[str, object]]) -> None:
        """One thing: a line for each of its fields that is there. Escapes the values."""
        shown = [(name, _cell(value)) for name, value in pairs if value is not None]
        width = max((len(name) for name, _ in shown), default=0)
        for name, value in shown:
            click.echo(f"{name:<{width}}  {value}".rstrip())

    def raw(self, text: str) -> None:
        """A piece of a file (CSV), letter by letter, unless a terminal would obey it."""
        click.echo(escaped_lines(text) + "\n" if sys.stdout.isatty() else text, nl=False)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Many things, and how many there were. Escapes the cells.

        A terminal gets a header, and cells that are folded but never cut. Anything else gets one
        line a row with tabs between the cells and no header, as `cut` and `awk` want it.
        """
        cells = ([_cell(value) for value in row] for row in rows)
        if sys.stdout.isatty():
            drawn = list(cells)
            if drawn:
                _draw(columns, drawn, color=self.color, file=sys.stdout)
            return len(drawn)
        count = 0
        for row in cells:
            click.echo("\t".join(row))
            count += 1
        return count


def _cell(value: object) -> str:
    return "" if value is None else escaped(str(value))


def _draw(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, color: bool, file: IO[str]
) -> None:
    """A table. Where its columns would be too narrow to read, a block of lines for each row."""
    from rich.cells import cell_len
    from rich.console import Console  # costs a fifth of the start
    from rich.table import Table
    from rich.text import Text

    console = Console(file=file, no_color=not color, highlight=False)
    widths = [max(map(cell_len, cells)) for cells in zip(columns, *rows, strict=True)]
    # The first column is what the next command is given: it is never folded.
    least = [widths[0], *(min(width, READABLE_WIDTH) for width in widths[1:])]
    if sum(least) + GAP * len(least) > console.width:
        _draw_blocks(columns, rows)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0))
    for name, width in zip(columns, least, strict=True):
        table.add_column(name, overflow="fold", min_width=width)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # Text: no name is read as markup
    console.print(table)


def _draw_blocks(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    width = max(map(len, columns))
    for number, row in enumerate(rows):
        click.echo("\n" * (number > 0), nl=False)
        for name, cell in zip(columns, row, strict=True):
            if cell:
                click.echo(f"{name:<{width}}  {cell}")


def counted(number: int, thing: str) -> str:
    """'1 file', '2,000 files'."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def bytes_text(number: float) -> str:
    """Bytes in decimal units, as partners and network people count."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1_000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1_000
    return f"{number:.2f} TB"
