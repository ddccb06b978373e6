"""Remembers in SSM which commit each stack of a stage was deployed from.

What changed is asked since then, stack by stack, and not since the last push: that one's deployment
may have failed, or somebody deployed by hand meanwhile.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

from infra.pipeline.changes import Change, deployed_by_pipeline, touched, with_dependents
from infra.stacks import REPOSITORY, Stack

UNKNOWN = "unknown"
COMMIT = re.compile(r"[0-9a-f]{40}")


def place_of(stack: Stack, stage: str) -> str:
    return f"/fileferry/{stage}/{stack.name}/deployed/commit"


def forget(stack: Stack, stage: str, ssm: Any) -> None:  # noqa: ANN401 - a boto3 client
    """Before a deployment: one that breaks off leaves nobody knows what."""
    remember(stack, stage, UNKNOWN, ssm)


def remember(stack: Stack, stage: str, commit: str, ssm: Any) -> None:  # noqa: ANN401
    place = place_of(stack, stage)
    ssm.put_parameter(Name=place, Value=commit, Type="String", Overwrite=True)


def deployed_commit(stack: Stack, stage: str, ssm: Any) -> str:  # noqa: ANN401
    try:
        value = str(ssm.get_parameter(Name=place_of(stack, stage))["Parameter"]["Value"])
    except ssm.exceptions.ParameterNotFound:
        return UNKNOWN
    return value if COMMIT.fullmatch(value) else UNKNOWN


def stacks_to_deploy(stage: str, ssm: Any, repository: Path = REPOSITORY) -> list[str]:  # noqa: ANN401
    """In the order of deployment. Compares what is checked out with what each stack has."""
    found = set()
    for stack in deployed_by_pipeline():
        commit = deployed_commit(stack, stage, ssm)
        if not is_known(commit, repository) or stack.name in touched(
            changes_since(commit, repository), stage
        ):
            found.add(stack.name)
    return with_dependents(found, stage)


def is_known(commit: str, repository: Path = REPOSITORY) -> bool:
    """Not after a forced push, and not in a clone that is too shallow."""
    asked = f"{commit}^{{commit}}"
    return commit != UNKNOWN and _git(repository, "cat-file", "-e", asked).returncode == 0


def changes_since(commit: str, repository: Path = REPOSITORY) -> list[Change]:
    """A file that moved is one that went and one that came, because both places may matter."""
    done = _git(repository, "diff", "--no-renames", "--name-status", "-z", commit, "HEAD")
    done.check_returncode()
    words = done.stdout.split("\0")[:-1]
    return [Change(path, kind[0]) for kind, path in zip(words[::2], words[1::2], strict=True)]


def checked_out(repository: Path = REPOSITORY) -> str:
    """The commit. Empty when a file differs from it."""
    if _git(repository, "diff", "--quiet", "HEAD").returncode:
        return ""
    done = _git(repository, "rev-parse", "HEAD")
    done.check_returncode()
    return done.stdout.strip()


def _git(repository: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["git", *command], cwd=repository, capture_output=True, text=True, check=False
    )
