"""GitHub's workflows, as the tests look at them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from infra.stacks import REPOSITORY

FOLDER = REPOSITORY / ".github" / "workflows"
EXPRESSION = re.compile(r"\$\{\{\s*(\w+)\.(\w+)\s*\}\}")


class _Loader(yaml.SafeLoader):
    """`on` is a word, and not a truth value as YAML 1.1 has it."""


_Loader.yaml_implicit_resolvers = {
    letter: [each for each in known if each[0] != "tag:yaml.org,2002:bool"]
    for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


@dataclass(frozen=True)
class Job:
    file: str
    name: str
    written: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.file}/{self.name}"

    @property
    def steps(self) -> list[dict[str, Any]]:
        return list(self.written.get("steps", []))

    @property
    def calls(self) -> str:
        """The workflow of ours that the job is, or nothing."""
        return str(self.written.get("uses", "")).rpartition("/")[2]

    @property
    def assumes_role(self) -> bool:
        return any("configure-aws-credentials" in step.get("uses", "") for step in self.steps)


@cache
def workflows() -> dict[str, dict[str, Any]]:
    return {path.name: read(path) for path in sorted(FOLDER.glob("*.yml"))}


def read(path: Path) -> dict[str, Any]:
    written: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    return written


def jobs() -> list[Job]:
    return [
        Job(file, name, job)
        for file, workflow in workflows().items()
        for name, job in workflow["jobs"].items()
    ]


def steps() -> Iterator[tuple[Job, dict[str, Any]]]:
    for job in jobs():
        for step in job.steps:
            yield job, step


def environments_of(job: Job) -> set[str]:
    """Every environment that the job may run in."""
    written = str(job.written.get("environment", {}).get("name", ""))
    match = EXPRESSION.search(written)
    if not match:
        return {written} if written else set()
    kind, name = match[1], match[2]
    values = _matrix(job, name) if kind == "matrix" else _inputs(job.file, name)
    return {written.replace(match[0], value) for value in values}


def _matrix(job: Job, name: str) -> list[str]:
    return list(job.written["strategy"]["matrix"][name])


def _inputs(file: str, name: str) -> list[str]:
    """What callers give, or what a person may choose."""
    on = workflows()[file]["on"]
    chosen = on.get("workflow_dispatch") or {}
    if name in chosen.get("inputs", {}):
        return list(chosen["inputs"][name]["options"])
    return [str(job.written["with"][name]) for job in jobs() if job.calls == file]
