"""Which stacks of a stage a change of files touches.

A file that nobody thought of touches all of them. A stack that is deployed although nothing of it
changed costs a minute. One that is left out runs old code beside new, and nobody sees it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from infra.package.sources import SHARED
from infra.stacks import WATCHES, Stack, all_stacks, read_environment
from infra.templates import read_template
from infra.worker.image import SERVICE as SERVICE_OF_WORKER

ACCOUNTS = {stack.name for stack in all_stacks() if stack.is_of_account}
TEMPLATE = "template.yaml"  # alarms and dashboard are made from all of them
ADDED_OR_REMOVED = ("A", "D")
# Nothing of these is deployed, and nothing that makes templates or packages reads them.
DEPLOYS_NOTHING = (
    *(".ci/", ".github/", "bench/", "cli/", "docs/", "tests/"),
    *("infra/lint/", "infra/local/", "infra/new_service/"),
    *(".gitignore", ".importlinter", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md"),
)


@dataclass(frozen=True)
class Change:
    """`path` as git writes it, from the repository's top. `kind` is git's letter: A, M, D or T."""

    path: str
    kind: str = "M"


@cache
def deployed_by_pipeline() -> tuple[Stack, ...]:
    """In the order of deployment, without those of the account, which no deploy role may touch."""
    return tuple(stack for stack in all_stacks() if not stack.is_of_account)


def touched(changes: Iterable[Change], stage: str) -> list[str]:
    """The names in the order of deployment."""
    direct = {name for change in changes for name in _touched_by(change, stage)}
    return with_dependents(direct, stage)


def with_dependents(names: Iterable[str], stage: str) -> list[str]:
    """Also the stacks that read what one of these writes into SSM, because they may have to be
    given a new value."""
    found = set(names)
    for stack in deployed_by_pipeline():  # what a stack reads was deployed before it
        if found & needs(stage)[stack.name]:
            found.add(stack.name)
    return [stack.name for stack in deployed_by_pipeline() if stack.name in found]


def _touched_by(change: Change, stage: str) -> set[str]:
    everything = {stack.name for stack in deployed_by_pipeline()}
    services = {stack.name for stack in deployed_by_pipeline() if stack.is_service}
    path = PurePosixPath(change.path)
    if change.path.startswith(DEPLOYS_NOTHING) or _is_readme_of_service(path):
        return set()
    match path.parts:
        case ("services", service, *rest) if service in services:
            own = _of_service(service)
            # The policies of the bus are made from the list of services.
            if rest == [TEMPLATE] and change.kind in ADDED_OR_REMOVED:
                own |= {"bus"}
            return own | {WATCHES} if rest == [TEMPLATE] else own
        case (shared, _, *_) if shared in SHARED:  # templates ask contracts and runtime, too
            return services | _of_service(SERVICE_OF_WORKER) | {WATCHES}
        case ("web", _, *_):
            return {"console"}
        case ("infra", "environments", name):
            return everything if name == f"{stage}.toml" else set()
        case ("infra", name, *rest) if name in everything and rest:
            return {name, WATCHES} if rest == [TEMPLATE] else {name}
        case ("infra", name, *rest) if name in ACCOUNTS and rest:
            return {WATCHES} if rest == [TEMPLATE] else set()
    return everything


def _is_readme_of_service(path: PurePosixPath) -> bool:
    return path.parts[:1] == ("services",) and path.parts[2:] == ("README.md",)


def _of_service(service: str) -> set[str]:
    """The worker's image has the whole code of its service, and its template the rights."""
    return {service, "worker"} if service == SERVICE_OF_WORKER else {service}


@cache
def needs(stage: str) -> Mapping[str, set[str]]:
    """For each stack the others whose values in SSM its template or its parameters name."""
    environment = read_environment(stage)
    stacks = deployed_by_pipeline()
    found = {}
    for stack in stacks:
        written = json.dumps([stack.completed(), read_template(stack.template)])
        text = written.replace("${Stage}", stage) + json.dumps(environment.of(stack))
        found[stack.name] = {
            other.name
            for other in stacks
            if other.name != stack.name and f"/fileferry/{stage}/{other.name}/" in text
        }
    return found
