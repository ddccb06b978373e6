"""A list as a CSV file: whole, quoted as RFC 4180 says, and without formulas."""

import csv
import io

import pytest

from contracts.transfer_api import HistoryQuery
from contracts.transfer_views import TransfersPage
from services.transfer.domain.failure import Failure
from services.transfer.domain.source import ObjectRef
from services.transfer.handlers.api_lists import COLUMNS, csv_answer
from services.transfer.handlers.api_views import transfer_summary
from tests.conformance.records import a_full_transfer, a_transfer


def written(page: TransfersPage) -> str:
    body = csv_answer(page, HistoryQuery()).body
    assert isinstance(body, str)
    return body


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.mark.parametrize("first", ["=", " =", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff20"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(first: str) -> None:
    hostile = a_transfer(target_path=f"{first}1+1")
    [row] = read(written(TransfersPage(transfers=(transfer_summary(hostile),), cursor=None)))
    assert row["target_path"] == f"'{first}1+1"


@pytest.mark.parametrize("hidden", ["", " ", '"', "\u200b", "\ufeff", "\x00"])
@pytest.mark.parametrize("separator", [";", "\t", "\r", "\n"])
def test_a_formula_behind_a_separator_within_a_cell_is_none(separator: str, hidden: str) -> None:
    """A spreadsheet that splits at semicolons makes two cells of it."""
    hostile = a_transfer(target_path=f"a{separator}{hidden}=1+1")
    [row] = read(written(TransfersPage(transfers=(transfer_summary(hostile),), cursor=None)))
    assert row["target_path"] == f"a{separator}'{hidden}=1+1"


@pytest.mark.parametrize("hidden", ['"', "'", "\u200b", "\ufeff"])
def test_what_does_not_show_hides_no_formula(hidden: str) -> None:
    hostile = a_transfer(target_path=f"{hidden}=1+1")
    [row] = read(written(TransfersPage(transfers=(transfer_summary(hostile),), cursor=None)))
    assert row["target_path"] == f"'{hidden}=1+1"


@pytest.mark.parametrize("name", ["a;b.csv", "a - b=c", "e-mail@b", "1;2;3", "a\tb"])
def test_peaceful_cells_stay_as_they_are(name: str) -> None:
    peaceful = a_transfer(target_path=name)
    [row] = read(written(TransfersPage(transfers=(transfer_summary(peaceful),), cursor=None)))
    assert row["target_path"] == name


def test_no_text_of_others_is_left_out() -> None:
    """Keys, labels, paths and what a server said: each of them may be a formula."""
    hostile = a_transfer(
        label="=1",
        target_path="@2",
        final_path="-3",
        source=ObjectRef("bucket", "+4"),
        failure=Failure("x", "=5", False),
    )
    [row] = read(written(TransfersPage(transfers=(transfer_summary(hostile),), cursor=None)))
    shown = [row[name] for name in ("label", "target_path", "final_path", "key", "message")]
    assert shown == ["'=1", "'@2", "'-3", "'+4", "'=5"]


def test_quotes_commas_and_line_ends_stay_in_their_cell() -> None:
    awkward = a_transfer(target_path='a,"b"\r\nc;d')
    text = written(TransfersPage(transfers=(transfer_summary(awkward),), cursor=None))
    assert '"a,""b""\r\nc;d"' in text
    assert text.endswith("\r\n")
    assert read(text)[0]["target_path"] == 'a,"b"\r\nc;d'


def test_every_column_of_a_full_transfer_is_filled() -> None:
    full = transfer_summary(a_full_transfer())
    [row] = read(written(TransfersPage(transfers=(full,), cursor=None)))
    assert tuple(row) == COLUMNS
    assert [name for name, value in row.items() if not value] == []
    assert (row["verified"], row["crc64nvme"]) == ("readback", "f" * 16)


def test_a_page_without_transfers_has_its_header() -> None:
    assert written(TransfersPage(transfers=(), cursor=None)) == ",".join(COLUMNS) + "\r\n"
