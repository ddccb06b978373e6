"""Whatever fault meets whatever operation: one user ticket, one audit ticket, the right state."""

from collections.abc import Iterator

import pytest

from tests.doubles.http_program import Program, started
from tests.integration.ticketing.matrix import CELLS, FAULTS, PAGE, RIGHT, Cell, page, played


@pytest.fixture(scope="module")
def double() -> Iterator[Program]:
    with started("tests.doubles.servicenow") as running:
        yield running


def test_each_cell_ends_right_and_as_documented(double: Program) -> None:
    outcomes = {cell: played(cell, double) for cell in CELLS}
    wrong = {cell: found for cell, found in outcomes.items() if found.tickets != RIGHT}
    assert wrong == dict[Cell, object]()
    not_met = [
        cell for cell, found in outcomes.items() if cell.fault in FAULTS and found.minutes == 1
    ]
    assert not_met == []
    assert "\n".join(page(outcomes)) + "\n" == PAGE.read_text(encoding="utf-8")
