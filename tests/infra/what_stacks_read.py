"""python -m tests.infra.what_stacks_read prints, as JSON, the files that go into each stack.

Every file that is opened while a stack is prepared for a stage, and every module that does it. It
is a program, because what Python imported before would not be opened again.
"""

import json
import sys
import tempfile
from pathlib import Path

opened: set[str] = set()


def notice(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str):
        opened.add(arguments[0])


if __name__ == "__main__":
    sys.addaudithook(notice)

from infra.console.web_files import read_web  # noqa: E402 - the hook comes first
from infra.package.requirements import _locked  # noqa: E402
from infra.package.sources import copy_sources  # noqa: E402
from infra.release import release_of  # noqa: E402
from infra.stacks import REPOSITORY, Stack, all_stacks, read_environment  # noqa: E402
from infra.worker.image import context  # noqa: E402

STAGE = "dev"


def prepare(stack: Stack) -> None:
    """As infra.deploy does, without AWS."""
    values = read_environment(STAGE).of(stack)
    release_of(stack, values, {}, "")
    if stack.is_service:
        with tempfile.TemporaryDirectory() as folder:
            copy_sources(stack.name, Path(folder))
        list(_locked(stack.name))
    if stack.name == "worker":
        context()
    if stack.name == "console":
        read_web()
    for resource in stack.completed()["Resources"].values():
        included = resource.get("Properties", {}).get("DefinitionBody", {})
        if included:
            (stack.folder / included["Fn::Transform"]["Parameters"]["Location"]).read_text()


def repository_files(paths: set[str]) -> list[str]:
    inside = (Path(path) for path in paths if Path(path).is_absolute() or Path(path).exists())
    found = set()
    for path in inside:
        whole = path.absolute()
        if whole.is_relative_to(REPOSITORY) and whole.suffix != ".pyc" and whole.is_file():
            found.add(whole.relative_to(REPOSITORY).as_posix())
    return sorted(each for each in found if not each.startswith((".venv", "build/")))


def main() -> None:
    read: dict[str, list[str]] = {}
    for stack in all_stacks():
        opened.clear()
        prepare(stack)
        read[stack.name] = repository_files(opened)
    modules = {
        module.__file__ or "" for module in sys.modules.values() if hasattr(module, "__file__")
    }
    code = repository_files(modules)
    print(json.dumps({"read": read, "code": code}))


if __name__ == "__main__":
    main()
