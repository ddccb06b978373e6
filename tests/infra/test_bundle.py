"""What is deployed is what was built, byte for byte, and of the commit that is checked out."""

import json
import platform
import shutil
import sys
import zipfile
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from infra.deploy import deploy_packages
from infra.package.archives import content_hash
from infra.package.bundle import (
    LIST,
    PackageWrong,
    add_package,
    commit_of,
    unpack,
    write_list,
)
from infra.package.imports import import_alone, try_package
from infra.package.interpreters import NoInterpreter
from infra.package.requirements import PackageIncomplete
from infra.package.target import Target
from infra.pipeline.deployed import UNKNOWN, deployed_commit
from infra.stacks import find_stack
from infra.stage_values import BoundaryMissing, require_boundary

COMMIT = "c" * 40


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    folder, into = tmp_path / "built", tmp_path / "packages"
    (folder / "services/auth").mkdir(parents=True)
    (folder / "services/auth/api.py").write_text("handler = 1")
    (folder / "services/auth/api.pyc").write_bytes(b"compiled")
    into.mkdir()
    write_list(into, COMMIT, {"auth": add_package(into, "auth", folder)})
    return into


def test_a_package_comes_out_as_it_went_in(packages: Path, tmp_path: Path) -> None:
    """The same content is the same Release, and SAM makes the same zip of the same times."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out/left_from_before.py").write_text("old")
    out = unpack("auth", packages, tmp_path / "out")
    assert content_hash(out) == content_hash(tmp_path / "built")
    assert {path.stat().st_mtime for path in out.rglob("*")} == {315532800.0}


def test_a_package_that_was_changed_is_refused(packages: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packages / "auth.zip", "a") as file:
        file.writestr("services/auth/evil.py", "import os")
    with pytest.raises(PackageWrong, match=r"auth\.zip has the hash [0-9a-f]{64}.*not what was"):
        unpack("auth", packages, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_package_of_another_service_is_refused(packages: Path, tmp_path: Path) -> None:
    shutil.copy(packages / "auth.zip", packages / "notify.zip")
    with pytest.raises(PackageWrong, match="no package of 'notify'"):
        unpack("notify", packages, tmp_path / "out")


def test_a_missing_package_is_named(packages: Path, tmp_path: Path) -> None:
    (packages / "auth.zip").unlink()
    with pytest.raises(PackageWrong, match=r"auth\.zip is missing"):
        unpack("auth", packages, tmp_path / "out")


@pytest.mark.parametrize("text", [None, "", "{}", "[1"])
def test_a_list_that_cannot_be_read_is_refused(packages: Path, text: str | None) -> None:
    (packages / LIST).unlink()
    if text is not None:
        (packages / LIST).write_text(text)
    with pytest.raises(PackageWrong, match=r"packages\.json"):
        commit_of(packages, COMMIT)


@pytest.mark.parametrize("checked_out", ["", "d" * 40])
def test_packages_of_another_commit_are_refused(packages: Path, checked_out: str) -> None:
    with pytest.raises(PackageWrong, match=f"of commit {COMMIT}.*Check the packages' commit out"):
        commit_of(packages, checked_out)
    assert commit_of(packages, COMMIT) == COMMIT


def test_a_package_without_bytecode_is_not_bundled(tmp_path: Path) -> None:
    with pytest.raises(PackageWrong, match="no bytecode"):
        add_package(tmp_path, "auth", tmp_path)


def test_a_stage_without_a_boundary_is_not_deployed_by_the_pipeline() -> None:
    with pytest.raises(BoundaryMissing, match=r"dev\.toml is empty"):
        require_boundary("dev", {"PermissionsBoundary": ""})
    require_boundary("dev", {"PermissionsBoundary": "fileferry-pipeline-dev-boundary"})
    require_boundary("dev", {})  # the stack has no role


@pytest.mark.parametrize(("sam", "code"), [("true", 0), ("false", 1)])
def test_only_a_deployment_that_succeeded_is_remembered(
    packages: Path, sam: str, code: int
) -> None:
    stack = find_stack("websocket")
    topic = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    with mock_aws():
        cloudformation, ssm = (
            boto3.client(name, region_name="eu-central-1") for name in ("cloudformation", "ssm")
        )
        cloudformation.create_stack(StackName="fileferry-dev-websocket", TemplateBody=topic)
        assert deploy_packages(stack, "dev", sam, packages, COMMIT) == code
        assert deployed_commit(stack, "dev", ssm) == (UNKNOWN if code else COMMIT)


def test_packages_of_another_commit_deploy_nothing(
    packages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sam = tmp_path / "sam"
    sam.write_text(f"#!/bin/sh\ntouch {tmp_path}/deployed\n")
    sam.chmod(0o755)
    with mock_aws():
        assert deploy_packages(find_stack("websocket"), "dev", str(sam), packages, "d" * 40) == 1
    assert not (tmp_path / "deployed").exists()
    assert "Check the packages' commit out" in capsys.readouterr().err


def test_a_package_is_tried_alone(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("handler = 1")
    (tmp_path / "two.py").write_text("import pytest\nhandler = 1")
    import_alone(sys.executable, tmp_path, ["one"])
    with pytest.raises(PackageIncomplete, match="No module named 'pytest'"):
        import_alone(sys.executable, tmp_path, ["two"])
    with pytest.raises(PackageIncomplete, match="absent"):
        import_alone(sys.executable, tmp_path, ["one", "absent"])


def test_a_package_is_tried_on_a_machine_like_lambdas_only(tmp_path: Path) -> None:
    major, minor, *_ = sys.version_info
    (tmp_path / "api.py").write_text("handler = 1")
    try_package(tmp_path, ["api"], Target((major, minor), platform.machine()), sys.executable)
    with pytest.raises(PackageIncomplete, match="is for riscv64, and this machine is"):
        try_package(tmp_path, ["api"], Target((major, minor), "riscv64"), sys.executable)
    with pytest.raises(NoInterpreter):
        try_package(tmp_path, ["api"], Target((2, 6), platform.machine()), sys.executable)
