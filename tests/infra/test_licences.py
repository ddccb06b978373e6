"""Nothing is deployed under a licence that nobody has looked at."""

from pathlib import Path

import pytest

from infra.pipeline.licences import (
    DOCUMENT,
    READ,
    LicenceUnknown,
    document,
    licence_of,
    locked,
    packages,
    require_allowed,
)
from infra.stacks import all_stacks


def test_the_list_is_what_the_locks_hold() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run `make licences`"


def test_every_package_of_every_lock_is_in_it() -> None:
    listed = set(packages())
    for stack in all_stacks():
        if stack.is_service:
            text = (stack.folder / "requirements.txt").read_text()
            names = [
                line.split("==")[0].split("[")[0] for line in text.splitlines() if "==" in line
            ]
            assert names
            assert set(names) <= listed


@pytest.mark.parametrize(
    "licence",
    [
        "",
        "GPL-3.0-only",
        "AGPL-3.0",
        "UNKNOWN",
        "MIT AND GPL-3.0-only",
        "mit",
        "MIT License\n\nlong",
    ],
)
def test_a_licence_that_nobody_has_looked_at_is_refused(licence: str) -> None:
    with pytest.raises(LicenceUnknown, match=r"somepackage has .*Read it"):
        require_allowed("somepackage", licence)


@pytest.mark.parametrize(
    "licence",
    ["MIT", "GPL-3.0-only OR MIT", "MIT AND Apache-2.0", "GPL-3.0-only OR MIT AND MPL-2.0"],
)
def test_one_choice_of_several_is_enough(licence: str) -> None:
    require_allowed("somepackage", licence)


def test_what_is_not_installed_is_unknown() -> None:
    with pytest.raises(LicenceUnknown, match="no-such-package is locked and not installed"):
        licence_of("no-such-package")


def test_extras_and_comments_of_a_lock_are_no_packages(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("# a==1\nb[x,y]==2 \\\n    --hash=sha256:00\nc-d.e==3\n")
    assert locked(lock) == ["b", "c-d.e"]


def test_what_was_read_by_hand_is_deployed() -> None:
    assert set(READ) <= set(packages())
