"""The image of the container worker: what it is built from, and how it gets into the account."""

import base64
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from infra.package.archives import content_hash
from infra.package.sources import copy_sources
from infra.stacks import REPOSITORY, Stack
from infra.stage import stage_client

SERVICE = "transfer"
PLATFORM = "linux/arm64"  # as RuntimePlatform of the task
TAG_LENGTH = 16
Run = Callable[[Sequence[str], str], object]  # a command, and what it reads


class ImageNotPushed(Exception):
    """The message says which command failed, or what is missing."""


class WorkerWithoutNetwork(Exception):
    """ECS would refuse the service, and the stack would be rolled back after minutes."""


def context() -> Path:
    """build/worker, with all that the image is built from and nothing else."""
    into = REPOSITORY / "build" / "worker"
    shutil.rmtree(into, ignore_errors=True)
    copy_sources(SERVICE, into)
    for name in ("Dockerfile", "requirements.txt"):
        shutil.copyfile(REPOSITORY / "services" / SERVICE / name, into / name)
    return into


def tag_of(folder: Path) -> str:
    return content_hash(folder)[:TAG_LENGTH]


def repository_of(stage: str, ecr: Any) -> str | None:  # noqa: ANN401 - boto3 has no types
    """Its address. None before the stack was deployed for the first time."""
    try:
        found = ecr.describe_repositories(repositoryNames=[f"fileferry-{stage}-worker"])
    except ecr.exceptions.RepositoryNotFoundException:
        return None
    return str(found["repositories"][0]["repositoryUri"])


def push_image(folder: Path, address: str, ecr: Any, run: Run) -> None:  # noqa: ANN401
    """Builds and pushes, unless the account has it already: tags cannot be moved there. Raises
    ImageNotPushed."""
    tag, repository = tag_of(folder), address.split("/", 1)[1]
    wanted = {"repositoryName": repository, "imageIds": [{"imageTag": tag}]}
    if ecr.batch_get_image(**wanted)["images"]:
        return
    login = ecr.get_authorization_token()["authorizationData"][0]
    user, _, password = base64.b64decode(login["authorizationToken"]).decode().partition(":")
    image, host = f"{address}:{tag}", address.split("/", 1)[0]
    run(("docker", "build", "--platform", PLATFORM, "--tag", image, str(folder)), "")
    run(("docker", "login", "--username", user, "--password-stdin", host), password)
    run(("docker", "push", image), "")


def has_worker(stack: Stack, values: Mapping[str, str]) -> bool:
    return stack.name == "worker" and float(values.get("LongTurnSeconds", "0")) > 0


def require_network(values: Mapping[str, str]) -> None:
    """Raises WorkerWithoutNetwork."""
    missing = [name for name in ("Subnets", "SecurityGroups") if not values.get(name)]
    if values.get("InVpc") != "true" and missing:
        raise WorkerWithoutNetwork(
            f"LongTurnSeconds is above 0 and InVpc is not true, but {' and '.join(missing)} of the"
            " worker's tasks is empty. Set them in infra/environments."
        )


def push_worker(stage: str, *, before: bool) -> None:
    """What `context` left in build/worker: before the deployment, unless that makes the place for
    it. Until a message waits no task asks for it. Raises ImageNotPushed."""
    ecr = stage_client(stage, "ecr")
    address = repository_of(stage, ecr)
    if address is not None:
        push_image(REPOSITORY / "build" / "worker", address, ecr, run_command)
    elif not before:
        raise ImageNotPushed(f"The stack is deployed, and has no repository on {stage}.")


def run_command(command: Sequence[str], told: str) -> None:
    """Raises ImageNotPushed."""
    try:
        subprocess.run(command, input=told, text=True, check=True)
    except FileNotFoundError:
        raise ImageNotPushed("There is no docker here, which builds the worker's image.") from None
    except subprocess.CalledProcessError as error:
        shown = " ".join(command[:2])
        raise ImageNotPushed(f"{shown} ended with {error.returncode}; see above.") from None
