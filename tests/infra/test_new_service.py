"""`make new-service` lays out a whole service or nothing."""

from pathlib import Path

import pytest

from contracts.catalogue import CATALOGUE
from infra.new_service.catalogue import CATALOGUE_FILE, with_consumer
from infra.new_service.request import CHANGES, Refused, read_request
from infra.new_service.skeleton_files import files_of
from infra.new_service.writing import write_all
from infra.stacks import REPOSITORY

LONGEST = "abcdefghijkl"
MOST_LINES = 120  # of the template of a new service
TOLD = "TransferFailed.v1"


@pytest.mark.parametrize("name", ["", "a", LONGEST + "m", "Mail", "mail2", "e-mail", "../mail"])
def test_a_name_that_aws_names_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=r"write 2 to 12 letters of a-z"):
        read_request(name, "")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("transfer", "There is a services/transfer already"),
        ("runtime", "'runtime' means something here"),
        ("api", "'api' means something here"),
        ("services", "'services' means something here"),
        ("infra", "'infra' means something here"),
        ("tests", "'tests' means something here"),
        ("class", "'class' is a word of Python"),
    ],
)
def test_a_name_that_is_taken_is_refused(name: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read_request(name, "")


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ("TransferForgotten.v1", r"Nobody publishes 'TransferForgotten\.v1'"),
        (f"{TOLD} transferfailed", "Nobody publishes 'transferfailed'"),
        ("SessionOpened.v1", "no change of a transfer"),
        ("TransferProgressed.v1", "no change of a transfer"),
        ("TransferDelayed.v1", "no change of a transfer"),
    ],
)
def test_an_event_that_the_skeleton_cannot_keep_is_refused(events: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        read_request("mail", events)


def test_without_events_it_listens_to_all_that_change_a_transfer() -> None:
    assert read_request("mail", " ").events == CHANGES
    assert read_request("mail", f"{TOLD}, {TOLD}\n").events == (TOLD,)


def test_nothing_of_the_skeleton_but_its_lines_is_left_in_a_new_service() -> None:
    files = files_of(read_request(LONGEST, TOLD))
    for path, text in files.items():
        assert "skeleton" not in text.lower(), path
        assert "TransferCompleted" not in text, path
    assert len(files[Path(f"services/{LONGEST}/template.yaml")].splitlines()) < MOST_LINES
    assert {path.parts[0] for path in files} == {"services", "tests"}


def test_the_catalogue_gets_the_consumer_and_nothing_else_changes() -> None:
    before = (REPOSITORY / CATALOGUE_FILE).read_text(encoding="utf-8")
    events = ("TransferRequested.v1", TOLD)
    after = with_consumer(before, "mail", events)
    found: dict[str, object] = {"__name__": "catalogue"}
    exec(compile(after, "catalogue", "exec", dont_inherit=True), found)  # noqa: S102 - our own
    read: tuple[object, ...] = found["CATALOGUE"]  # type: ignore[assignment]
    for spec, changed in zip(CATALOGUE, read, strict=True):
        more = ("mail",) if spec.detail_type in events else ()
        assert vars(changed) == vars(spec) | {"consumers": (*spec.consumers, *more)}


def test_packages_of_the_skeleton_are_locked_as_those_of_all() -> None:
    """`make lock` writes both; a new service takes its lock from the skeleton."""
    every = _locked("requirements/dev.txt")
    own = _locked("infra/new_service/skeleton/requirements.txt")
    assert own
    assert own <= every


def _locked(path: str) -> set[str]:
    lines = (REPOSITORY / path).read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if "==" in line}


def test_a_layout_that_breaks_off_leaves_everything_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs/events.md"
    page.write_text("before")

    def breaks_off() -> None:
        page.write_text("after")
        raise KeyboardInterrupt

    files = {Path("services/mail/wiring.py"): "", Path("tests/unit/mail/test_it.py"): ""}
    with pytest.raises(KeyboardInterrupt):
        write_all(tmp_path, files, then=breaks_off)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [page]
    assert not (tmp_path / "services").exists()
    assert page.read_text() == "before"
