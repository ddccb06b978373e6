"""What has to be deployed, by what each stack of a stage has."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.client import BaseClient
from moto import mock_aws

from infra.pipeline.changes import Change, deployed_by_pipeline
from infra.pipeline.deployed import (
    UNKNOWN,
    changes_since,
    checked_out,
    deployed_commit,
    forget,
    is_known,
    place_of,
    remember,
    stacks_to_deploy,
)
from infra.stacks import find_stack

ALL = [stack.name for stack in deployed_by_pipeline()]
AUTH = find_stack("auth")


@pytest.fixture
def ssm() -> Iterator[BaseClient]:
    with mock_aws():
        yield boto3.client("ssm", region_name="eu-central-1")


class Clone:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q")
        self.first = self.commit("README.md")

    def git(self, *command: str) -> str:
        whole = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *command]
        done = subprocess.run(whole, cwd=self.folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, *paths: str) -> str:
        for path in paths:
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{path} {len(self.git('reflog')) if self.has_commits() else 0}")
        return self.commit_as_it_is()

    def commit_as_it_is(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", "Change something")
        return self.git("rev-parse", "HEAD")

    def has_commits(self) -> bool:
        return any((self.folder / ".git/refs/heads").iterdir())


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def everywhere(commit: str, ssm: BaseClient) -> None:
    for stack in deployed_by_pipeline():
        remember(stack, "dev", commit, ssm)


def test_a_new_stage_gets_every_stack(ssm: BaseClient, clone: Clone) -> None:
    assert stacks_to_deploy("dev", ssm, clone.folder) == ALL


def test_what_changed_since_each_stack_was_deployed_counts(ssm: BaseClient, clone: Clone) -> None:
    """The push of auth failed, then notify was pushed: auth is still to be deployed."""
    everywhere(clone.first, ssm)
    assert stacks_to_deploy("dev", ssm, clone.folder) == []
    clone.commit("services/auth/wiring.py")
    second = clone.commit("services/notify/wiring.py")
    assert stacks_to_deploy("dev", ssm, clone.folder) == ["auth", "notify"]
    remember(find_stack("notify"), "dev", second, ssm)
    assert stacks_to_deploy("dev", ssm, clone.folder) == ["auth"]
    remember(AUTH, "dev", second, ssm)
    assert stacks_to_deploy("dev", ssm, clone.folder) == []


def test_a_deployment_that_broke_off_or_was_made_by_hand_is_made_again(
    ssm: BaseClient, clone: Clone
) -> None:
    everywhere(clone.first, ssm)
    forget(AUTH, "dev", ssm)
    assert deployed_commit(AUTH, "dev", ssm) == UNKNOWN
    assert stacks_to_deploy("dev", ssm, clone.folder) == ["auth"]


def test_an_older_commit_takes_back_what_came_after_it(ssm: BaseClient, clone: Clone) -> None:
    """A promotion of an older package, or a branch that was forced back."""
    later = clone.commit("services/auth/wiring.py")
    everywhere(later, ssm)
    clone.git("checkout", "-q", clone.first)
    assert stacks_to_deploy("dev", ssm, clone.folder) == ["auth"]


@pytest.mark.parametrize("value", ["unknown", "", "0" * 40, "HEAD", "--output=/tmp/x", "main"])
def test_a_commit_that_nobody_has_counts_as_none(ssm: BaseClient, clone: Clone, value: str) -> None:
    everywhere(clone.first, ssm)
    ssm.put_parameter(Name=place_of(AUTH, "dev"), Value=value or " ", Type="String", Overwrite=True)
    assert stacks_to_deploy("dev", ssm, clone.folder) == ["auth"]
    assert not is_known(deployed_commit(AUTH, "dev", ssm), clone.folder)


def test_each_stage_has_its_own(ssm: BaseClient) -> None:
    remember(AUTH, "dev", "a" * 40, ssm)
    assert deployed_commit(AUTH, "prod", ssm) == UNKNOWN


def test_a_file_that_moved_counts_at_both_places(clone: Clone) -> None:
    clone.commit("services/auth/domain/a name with ä.py")
    before = clone.git("rev-parse", "HEAD")
    (clone.folder / "docs").mkdir()
    clone.git("mv", "services/auth/domain/a name with ä.py", "docs/moved.py")
    clone.commit_as_it_is()
    assert set(changes_since(before, clone.folder)) == {
        Change("docs/moved.py", "A"),
        Change("services/auth/domain/a name with ä.py", "D"),
    }


def test_a_checkout_with_changed_files_is_no_commit(clone: Clone) -> None:
    assert checked_out(clone.folder) == clone.first
    (clone.folder / "README.md").write_text("changed")
    assert checked_out(clone.folder) == ""
