"""The pages that are made, by their path in the repository."""

from functools import cache
from pathlib import Path

from infra.cost.counts import read_counts
from infra.cost.page import cost_page
from infra.cost.prices import read_prices
from infra.cost.scale_page import scale_page
from infra.cost.stage import stages
from infra.stacks import REPOSITORY


@cache
def pages() -> dict[Path, str]:
    found, counts = stages(), read_counts()
    return {
        Path("docs/cost.md"): cost_page(found, counts, read_prices()),
        Path("docs/scale.md"): scale_page(found["prod"], counts),
    }


def stale(root: Path = REPOSITORY) -> list[Path]:
    return [path for path, text in pages().items() if _text(root / path) != text]


def write(root: Path = REPOSITORY) -> None:
    for path, text in pages().items():
        (root / path).write_text(text, encoding="utf-8")


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
