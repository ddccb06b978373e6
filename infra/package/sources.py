"""A service's own code and what is shared; nothing of other services, tests or infra."""

import shutil
import tempfile
from pathlib import Path

from infra.package.archives import archive
from infra.stacks import REPOSITORY, find_stack

SHARED = ("contracts", "kernel", "runtime")
NOT_CODE = {
    "template.yaml",
    "README.md",
    "requirements.in",
    "requirements.txt",
    "workflow.asl.json",
}


def copy_sources(service: str, into: Path, repository: Path = REPOSITORY) -> None:
    (into / "services").mkdir(parents=True)
    shutil.copyfile(repository / "services/__init__.py", into / "services/__init__.py")
    for folder in (f"services/{service}", *SHARED):
        shutil.copytree(
            repository / folder,
            into / folder,
            ignore=lambda _, names: [n for n in names if n in NOT_CODE or n == "__pycache__"],
        )


def source_archive(service: str) -> bytes:
    """What the local stack runs: without packages, which its virtual environment has."""
    with tempfile.TemporaryDirectory() as folder:
        copy_sources(service, Path(folder))
        return archive(Path(folder))


def handler_modules(service: str) -> list[str]:
    """Those that the service's template names."""
    resources = find_stack(service).completed()["Resources"].values()
    functions = [each for each in resources if each["Type"] == "AWS::Serverless::Function"]
    return sorted(each["Properties"]["Handler"].removesuffix(".handler") for each in functions)
