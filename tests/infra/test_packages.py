"""A package holds what its service needs and nothing else, and is the same wherever it is made."""

import shutil
from pathlib import Path

import pytest

from infra.package.archives import archive, content_hash
from infra.package.imports import check_imports
from infra.package.requirements import PackageIncomplete
from infra.package.sources import SHARED, copy_sources, source_archive
from infra.stacks import REPOSITORY, Stack
from tests.infra.resources import SERVICES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_every_handler_imports_from_its_package_alone(stack: Stack, tmp_path: Path) -> None:
    copy_sources(stack.name, tmp_path / "package")
    check_imports(stack.name, tmp_path / "package")


@pytest.mark.parametrize("missing", ["pytest", "infra.stacks"])
def test_an_import_that_no_requirement_brings_is_noticed(tmp_path: Path, missing: str) -> None:
    package = tmp_path / "package"
    copy_sources("transfer", package)
    module = package / "services/transfer/handlers/publish_outbox.py"
    module.write_text(f"import {missing}\n" + module.read_text())
    with pytest.raises(PackageIncomplete, match=missing.split(".")[0]):
        check_imports("transfer", package)


def test_equal_sources_make_equal_archives(tmp_path: Path) -> None:
    assert source_archive("transfer") == source_archive("transfer")
    copy_sources("transfer", tmp_path / "package")
    (tmp_path / "package/services/transfer/one_more.py").write_text("")
    assert archive(tmp_path / "package") != source_archive("transfer")


def test_a_package_holds_nothing_of_tests_or_tools(tmp_path: Path) -> None:
    copy_sources("transfer", tmp_path / "package")
    assert {path.name for path in (tmp_path / "package").iterdir()} == {
        "services",
        "contracts",
        "kernel",
        "runtime",
    }
    assert not list((tmp_path / "package").rglob("__pycache__"))


def test_the_hash_is_that_of_the_content_wherever_it_lies(tmp_path: Path) -> None:
    for clone in ("one", "another/deeper"):
        (tmp_path / clone / "services").mkdir(parents=True)
        shutil.copy(REPOSITORY / "services/__init__.py", tmp_path / clone / "services")
        for folder in ("services/auth", *SHARED):
            shutil.copytree(REPOSITORY / folder, tmp_path / clone / folder)
        copy_sources("auth", tmp_path / clone / "build", tmp_path / clone)
    one, another = tmp_path / "one/build", tmp_path / "another/deeper/build"
    assert content_hash(one) == content_hash(another)
    assert archive(one) == archive(another)
    moved = another / "contracts/moved.py"
    (another / "contracts/caller.py").rename(moved)
    assert content_hash(one) != content_hash(another), "names count, too"
