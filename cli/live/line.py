"""One transfer as one line of a terminal that never wraps: what matters least goes first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from cli.advice import advice
from cli.durations import duration_text
from cli.live.outcome import average_rate, rate_text, took
from cli.live.shown import Shown
from cli.output import bytes_text, counted, escaped
from contracts.transfer_views import FailureView

GAP = 2
MIN_NAME, MAX_NAME = 14, 48
MIN_BAR, MAX_BAR = 8, 40
# Columns from left to right, and what is left out where the window is narrow, the last one first.
ORDER = ("name", "bar", "percent", "status", "tail", "bytes", "lanes")
IMPORTANCE = ("name", "percent", "tail", "bar", "bytes", "status", "lanes")
STYLES: Mapping[str, str] = {
    "completed": "green",
    "failed": "red",
    "failing": "red",
    "cancelled": "yellow",
    "cancelling": "yellow",
    "paused": "yellow",
}
# What is said where there is no rate.
TAILS: Mapping[str, str] = {"requested": "waits for its start", "moving": "rate unknown"}
UNKNOWN = "unknown"  # as the API says it
Cells = dict[str, str]


def cells_of(shown: Shown, stale_for: float | None) -> Cells:
    """`tail` is what one looks for: the rate and how long it takes, or why there is neither."""
    percent = shown.percent
    size = "" if shown.size_bytes is None else f" of {bytes_text(shown.size_bytes)}"
    moved = "" if shown.bytes_done is None else f"{bytes_text(shown.bytes_done)}{size}"
    return {
        "name": escaped(shown.name),
        "bar": "",
        "percent": "" if percent is None else _percent(percent, shown.status == "completed"),
        "status": shown.status,
        "tail": _tail(shown, stale_for),
        "bytes": moved,
        "lanes": counted(shown.lanes, "lane") if shown.lanes and shown.status == "moving" else "",
    }


def _percent(percent: float, completed: bool) -> str:
    """100 % is shown when all is done, and not when it is nearly done."""
    return f"{100 if completed else min(99, int(percent))} %"


def _tail(shown: Shown, stale_for: float | None) -> str:
    if stale_for is not None:
        return f"last seen {duration_text(stale_for)} ago"
    if shown.moves and shown.rate_bytes_per_second is not None:
        return f"{rate_text(shown.rate_bytes_per_second)}, {_left(shown.eta_text)}"
    if shown.status == "completed":
        rate = average_rate(shown)
        return f"done{took(shown)}" + (f", {rate_text(rate)}" if rate else "")
    return TAILS.get(shown.status, shown.status)


def _left(eta: str | None) -> str:
    return "time unknown" if eta is None or eta == UNKNOWN else f"{escaped(eta)} left"


def lines_of(
    rows: Sequence[tuple[Shown, Cells]], width: int, now: datetime | None
) -> list[tuple[Text, ...]]:
    """For each transfer its line, and those below it that say what is wrong."""
    widths = _widths([cells for _, cells in rows], width)
    return [
        (_line(shown, cells, widths, width), *_trouble(shown, width, now)) for shown, cells in rows
    ]


def _widths(rows: Sequence[Cells], width: int) -> dict[str, int]:
    wanted = {each: max((cell_len(row[each]) for row in rows), default=0) for each in ORDER}
    long_name = min(MAX_NAME, max(MIN_NAME, wanted["name"]))
    widths = wanted | {"name": min(long_name, MIN_NAME), "bar": MIN_BAR}
    chosen: dict[str, int] = {}
    for each in IMPORTANCE:
        used = sum(chosen.values()) + GAP * len(chosen)
        if widths[each] and used + widths[each] <= width:
            chosen[each] = widths[each]
    spare = width - sum(chosen.values()) - GAP * max(0, len(chosen) - 1)
    for each, longest in (("name", long_name), ("bar", MAX_BAR)):
        if each in chosen and spare > 0:
            more = min(spare, longest - chosen[each])
            chosen[each] += more
            spare -= more
    return chosen


def _line(shown: Shown, cells: Cells, widths: Mapping[str, int], width: int) -> Text:
    line = Text(no_wrap=True, overflow="crop")
    for number, each in enumerate(name for name in ORDER if name in widths):
        line.append(" " * GAP if number else "")
        if each == "bar":
            line.append_text(_bar(shown, widths[each]))
        else:
            said_before = each == "tail" and "status" in widths and cells[each] == shown.status
            text = "" if said_before else cells[each]
            line.append(_fitted(each, text, widths[each]), _style(each, shown, cells))
    line.truncate(width)
    return line


def _fitted(column: str, text: str, width: int) -> str:
    if column == "name":
        return set_cell_size(_shortened(text, width), width)
    if column == "percent":
        return text.rjust(width)
    return set_cell_size(text, width)


def _shortened(name: str, width: int) -> str:
    """In the middle: names often differ at their ends."""
    if cell_len(name) <= width:
        return name
    right = (width - 1) // 2
    end = name[-right:]
    while cell_len(end) > right:
        end = end[1:]
    return set_cell_size(name, width - 1 - right).rstrip() + "…" + end


def _style(column: str, shown: Shown, cells: Cells) -> str:
    if cells["tail"].startswith("last seen"):
        return "dim"
    return STYLES.get(shown.status, "") if column in ("status", "tail") else ""


def _bar(shown: Shown, width: int) -> Text:
    full = 1.0 if shown.status == "completed" else (shown.percent or 0.0) / 100
    done = int(full * width)
    bar = Text("━" * done, STYLES.get(shown.status, "cyan"))
    bar.append("─" * (width - done), "dim")
    return bar


def _trouble(shown: Shown, width: int, now: datetime | None) -> tuple[Text, ...]:
    failure = shown.failure
    if failure is None or width < MIN_NAME:
        return ()
    text = f"{advice(failure.message)} ({escaped(failure.code)})"
    if not shown.ended:
        text = _tries(failure, now) + text
    style = "red" if shown.ended else "yellow"
    return tuple(
        Text(f"  {part}", style, no_wrap=True, overflow="crop") for part in _folded(text, width - 2)
    )


def _tries(failure: FailureView, now: datetime | None) -> str:
    """Comes first, because the end of a long sentence may be cut off."""
    said = []
    if failure.attempt and failure.attempts:
        said.append(f"try {failure.attempt} of {failure.attempts} failed")
    if now and failure.next_try_at and failure.next_try_at > now:
        wait = (failure.next_try_at - now).total_seconds()
        said.append(f"next try in {duration_text(wait)}")
    text = ", ".join(said)
    return f"{text[0].upper()}{text[1:]}: " if text else ""


def _folded(text: str, width: int) -> list[str]:
    """Two lines at most."""
    lines, rest = [""], text.split(" ")
    while rest:
        word = rest[0]
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(joined) <= width:
            lines[-1] = joined
            rest.pop(0)
        elif not lines[-1]:
            return [*lines[:-1], set_cell_size(word, width - 1) + "…"]
        elif len(lines) == 2:
            return [lines[0], set_cell_size(joined, width - 1).rstrip() + "…"]
        else:
            lines.append("")
    return lines
