"""Hostile keys are refused. Long names at the partner are shortened without breaking letters."""

import posixpath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.transfer.domain.errors import NameInvalid, PathOutsideBase
from services.transfer.domain.names import (
    MAX_NAME_BYTES,
    MAX_NUMBER,
    MAX_PATH_BYTES,
    aside_path,
    default_target,
    numbered,
    part_path,
    resolve_target,
)

LONGEST_ID = "t" * 128  # of contracts.contract.Id


@pytest.mark.parametrize(
    ("base", "target", "path"),
    [
        ("/in", "a.csv", "/in/a.csv"),
        ("/", "a.csv", "/a.csv"),
        ("", "a.csv", "a.csv"),
        ("/in/", "2026/11/größe & plan 🚢.csv", "/in/2026/11/größe & plan 🚢.csv"),
        ("/in", "..a/b..", "/in/..a/b.."),
        ("/in", " ", "/in/ "),
        (".", "~anna/a.csv", "./~anna/a.csv"),
        (".", "C:/a.csv", "./C:/a.csv"),
        ("reports/2026", "a.csv", "reports/2026/a.csv"),
        ("/in", "x" * 255, "/in/" + "x" * 255),
    ],
)
def test_a_path_below_the_base_is_taken_letter_by_letter(base: str, target: str, path: str) -> None:
    assert resolve_target(base, target) == path


@pytest.mark.parametrize("target", ["../a", "a/../../b", "..", "/etc/passwd", "a/..", "//a"])
def test_a_path_that_leaves_the_base_is_refused(target: str) -> None:
    with pytest.raises((PathOutsideBase, NameInvalid)):
        resolve_target("/in", target)


def test_leaving_the_base_is_named_as_such() -> None:
    with pytest.raises(PathOutsideBase, match=r"'\.\./a'.*'/in'"):
        resolve_target("/in", "../a")


@pytest.mark.parametrize(
    "target", ["..\\a", "a\\..\\..\\b", "a/..\\b", "a\\../b", "\\a", "\\\\server\\share\\a"]
)
def test_a_server_that_takes_backslashes_for_slashes_is_not_led_out_either(target: str) -> None:
    with pytest.raises(PathOutsideBase):
        resolve_target("/in", target)


def test_a_backslash_inside_of_a_name_is_a_letter() -> None:
    assert resolve_target("/in", "a\\b..\\c.csv") == "/in/a\\b..\\c.csv"


@pytest.mark.parametrize("letter", ["\0", "\r", "\n", "\t", "\x1b", "\x7f", "\x85", "\u2028"])
def test_control_characters_are_refused_by_code_point(letter: str) -> None:
    with pytest.raises(NameInvalid, match=f"U\\+{ord(letter):04X}"):
        resolve_target("/in", f"a{letter}b")


def test_half_a_letter_is_refused() -> None:
    with pytest.raises(NameInvalid, match=r"U\+D800"):
        resolve_target("/in", "a\ud800")


@pytest.mark.parametrize("target", ["", "folder/", "a//b", "./a", "a/./b", ".", "é" * 128])
def test_what_is_no_file_name_is_refused(target: str) -> None:
    with pytest.raises(NameInvalid):
        resolve_target("/in", target)


def test_folders_that_leave_no_room_for_a_long_name_are_refused() -> None:
    folders = "/".join(["x" * 200] * 19)
    assert resolve_target("/in", f"{folders}/a").endswith("x/a")
    with pytest.raises(NameInvalid, match="3839"):
        resolve_target("/in", f"{folders}/{'y' * 100}/a")


@pytest.mark.parametrize(
    ("key", "target"), [("a.csv", "a.csv"), ("x/y/a b.csv", "a b.csv"), ("folder/", "")]
)
def test_without_a_target_the_last_part_of_the_key_is_used(key: str, target: str) -> None:
    assert default_target(key) == target


def test_a_part_file_lies_hidden_beside_its_target() -> None:
    assert part_path("/in/a.csv", "t-1", 1) == "/in/.a.csv.t-1.part"
    assert part_path("a.csv", "t-1", 1) == ".a.csv.t-1.part"


def test_each_generation_has_a_part_file_of_its_own() -> None:
    long = "/in/" + "x" * 255
    for target in ("/in/a.csv", long):
        assert len({part_path(target, "t-1", generation) for generation in range(1, 12)}) == 11
    assert part_path("/in/a.csv", "t-1", 2) == "/in/.a.csv.t-1-2.part"


def test_an_old_target_steps_aside_to_a_hidden_name_of_its_part_file() -> None:
    assert aside_path(part_path("/in/a.csv", "t-1", 2)) == "/in/.a.csv.t-1-2.part.old"


LETTERS = st.sampled_from("aé報🚢. -~") | st.characters(blacklist_categories=["Cs"])
NAMES = st.text(LETTERS, min_size=1, max_size=255)
FOLDERS = st.text(LETTERS | st.just("/"), max_size=4_096)
GENERATIONS = st.integers(min_value=1, max_value=10**9)
NUMBERS = st.integers(min_value=1, max_value=MAX_NUMBER)


@given(st.sampled_from(["/", "/in", ".", "reports"]), FOLDERS, NAMES, GENERATIONS, NUMBERS)
@example("/in", "/".join(["x" * 255] * 15), "x" * 255, 10**9, MAX_NUMBER)
@example("/in", "/".join(["x" * 200] * 19), "a", 10**9, MAX_NUMBER)
def test_every_name_that_we_may_give_a_file_has_room(
    base: str, folders: str, name: str, generation: int, number: int
) -> None:
    try:
        target = resolve_target(base, posixpath.join(folders, name))
    except (NameInvalid, PathOutsideBase):
        return
    part = part_path(target, LONGEST_ID, generation)
    for path in (target, part, aside_path(part), numbered(target, number)):
        assert len(path.encode()) <= MAX_PATH_BYTES
        assert len(posixpath.basename(path).encode()) <= MAX_NAME_BYTES
        assert posixpath.dirname(path) == posixpath.dirname(target)


@pytest.mark.parametrize("name", ["x" * 255, "é" * 127, "🚢" * 63 + "abc"])
def test_long_names_are_shortened_between_letters(name: str) -> None:
    part, later = (part_path(f"/in/{name}", "t-1", generation) for generation in (1, 12))
    for path in (aside_path(part), aside_path(later), numbered(f"/in/{name}", 12)):
        shortened = path.removeprefix("/in/")
        assert MAX_NAME_BYTES - 4 < len(shortened.encode()) <= MAX_NAME_BYTES
        assert "\ufffd" not in shortened
    assert part.endswith(".t-1.part")
    assert later.endswith(".t-1-12.part")
    assert numbered(f"/in/{name}", 12).endswith(" (12)")


@pytest.mark.parametrize(
    ("target", "second"),
    [
        ("/in/report.csv", "/in/report (1).csv"),
        ("/in/report", "/in/report (1)"),
        ("/in/a.tar.gz", "/in/a.tar (1).gz"),
        ("/in/.profile", "/in/.profile (1)"),
        ("/in.d/report", "/in.d/report (1)"),
    ],
)
def test_a_second_file_of_a_name_is_numbered_before_its_extension(target: str, second: str) -> None:
    assert numbered(target, 1) == second


@pytest.mark.parametrize("extension", ["x" * 32, "x" * 251, "é" * 126])
def test_a_dot_far_from_the_end_begins_no_extension(extension: str) -> None:
    name = numbered(f"/in/a.{extension}", 1).removeprefix("/in/")
    assert len(name.encode()) <= MAX_NAME_BYTES
    assert name.startswith("a.")
    assert name.endswith(" (1)")
