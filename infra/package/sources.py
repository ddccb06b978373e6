"""A service's own code and the shared code, without other services, tests or infra."""

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
    "Dockerfile",
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
    """The archive that the local stack runs. It has no packages, because the virtual environment
    has them."""
    with tempfile.TemporaryDirectory() as folder:
        copy_sources(service, Path(folder))
        return archive(Path(folder))


def handler_modules(service: str) -> list[str]:
    """The handlers' modules that the service's template names."""
    resources = find_stack(service).completed()["Resources"].values()
    functions = [each for each in resources if each["Type"] == "AWS::Serverless::Function"]
    return sorted(each["Properties"]["Handler"].removesuffix(".handler") for each in functions)
