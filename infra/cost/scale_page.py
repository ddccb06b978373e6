"""docs/scale.md."""

from infra.cost.counts import Counts
from infra.cost.stage import Stage


def scale_page(stage: Stage, counts: Counts) -> str:
    return f"{stage.name} {len(counts.rows)}\n"
