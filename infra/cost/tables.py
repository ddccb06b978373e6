"""Tables and figures of the pages, and the texts that they are put into."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from string import Template


def filled(name: str, values: Mapping[str, object]) -> str:
    """The text beside this module, with a value for each of its `$names`."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    return Template(text).substitute(values)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(re.sub(r"\|  (?=\|)", "| ", f"| {' | '.join(line)} |") for line in lines)


def dollars(usd: float) -> str:
    """Two figures that count below ten cents, cents above."""
    if usd == 0:
        return "0"
    if usd < 0.0001:
        return "below 0.0001"
    return f"{usd:.2g}" if usd < 0.1 else f"{usd:,.2f}"


def bold(usd: float) -> str:
    return f"**{dollars(usd)}**"
