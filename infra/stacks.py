"""All stacks in the order of their deployment, and the parameters of each stage."""

import argparse
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.complete import complete
from infra.observability.watching import watching
from infra.templates import Template, read_template

REPOSITORY = Path(__file__).resolve().parent.parent
STAGES = ("local", "dev", "staging", "prod")
ONCE = ("pipeline",)  # for an account, whatever its regions; an administrator deploys it
SHARED = (
    *ONCE,
    "account",
    "keys",
    "bus",
    "audit",
    "budget",
    "network",
    "api",
    "websocket",
    "console",
)  # before the services, which need their ids and addresses
# The worker needs the queues of a service, and alarms are about what is there.
BEHIND = ("worker", "observability")
# A stack that takes the values of other ones' sections, because it has the same settings.
SETTINGS_OF = {
    "worker": ("transfer",),
    "audit": ("transfer",),
    "observability": ("transfer", "synthetic"),
}
WATCHES = "observability"  # is made from the templates of all others
WANTED_REGION = "FILEFERRY_REGION"
# What names something that is in one region only, or once in the world. The other region of a stage
# does not inherit it: empty, unless its own section says it.
OF_ONE_REGION = frozenset(
    {
        *("CertificateArn", "CorsOrigins", "DestinationId", "Domain", "SecurityGroups", "Subnets"),
        "TransferLink",
    }
)
# An account, its keys and its bill are nobody's laptop, the emulator has no trails, a program
# serves the console (infra/local/console.py), and a laptop runs the worker as a process
# (python -m services.transfer.worker).
NOT_LOCAL = (*ONCE, "account", "keys", "audit", "budget", "console", "worker")


@dataclass(frozen=True)
class Stack:
    """`name` is a service or a part of infra/. A service has handlers, so it is packaged."""

    name: str
    folder: Path

    @property
    def template(self) -> Path:
        return self.folder / "template.yaml"

    @property
    def is_service(self) -> bool:
        return self.folder.parent.name == "services"

    @property
    def is_of_account(self) -> bool:
        """Whether an account has the stack once in each region, or once, for all its stages."""
        return self.name in (*ONCE, "account")

    def deployed_name(self, stage: str) -> str:
        return f"fileferry-{self.name}" if self.is_of_account else f"fileferry-{stage}-{self.name}"

    def completed(self) -> Template:
        """The template that CloudFormation gets. Local paths in it start at the stack's folder."""
        stacks = all_stacks()
        services = [stack.name for stack in stacks if stack.is_service]
        short = read_template(self.template)
        if self.name == WATCHES:
            others = {each.name: each.completed() for each in stacks if each.name != WATCHES}
            short = watching(short, others)
        return complete(short, self.name, services)

    def declared_parameters(self) -> Mapping[str, Mapping[str, Any]]:
        declared: Mapping[str, Mapping[str, Any]] = self.completed().get("Parameters", {})
        return declared


def all_stacks() -> list[Stack]:
    """In the order of their deployment."""
    shared, behind = (
        [Stack(name, REPOSITORY / "infra" / name) for name in names] for names in (SHARED, BEHIND)
    )
    templates = sorted((REPOSITORY / "services").glob("*/template.yaml"))
    return [*shared, *(Stack(path.parent.name, path.parent) for path in templates), *behind]


def stacks_of(stage: str) -> list[Stack]:
    return [stack for stack in all_stacks() if stage != "local" or stack.name not in NOT_LOCAL]


def stack_argument(name: str) -> Stack:
    """As find_stack, for argparse, which tells the sentence without a traceback."""
    try:
        return find_stack(name)
    except KeyError as error:
        raise argparse.ArgumentTypeError(error.args[0]) from None


def find_stack(name: str) -> Stack:
    stacks = {stack.name: stack for stack in all_stacks()}
    if name not in stacks:
        raise KeyError(f"There is no stack {name!r}; there are {', '.join(stacks)}.")
    return stacks[name]


class RegionUnknown(KeyError):
    """The stage has no such region."""


@dataclass(frozen=True)
class Environment:
    """A stage in one of its regions. `home` is the region that it began in."""

    stage: str
    region: str
    parameters: Mapping[str, Mapping[str, str]]  # "all", or by stack; as they are in this region
    regions: tuple[str, ...] = ()  # all of the stage, home first

    @property
    def home(self) -> str:
        return self.regions[0] if self.regions else self.region

    @property
    def peer(self) -> str:
        """The stage's other region, or empty."""
        return next((each for each in self.regions if each != self.region), "")

    def of(self, stack: Stack, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The stage's parameters that `stack` declares. `more` overrides them."""
        own = self.parameters.get(stack.name, {})
        theirs = {
            name: value
            for other in SETTINGS_OF.get(stack.name, ())
            for name, value in self.parameters.get(other, {}).items()
        }
        place = {"Stage": self.stage, "HomeRegion": self.home, "PeerRegion": self.peer}
        everywhere = {**place, **self.parameters.get("all", {})}
        given = {**everywhere, **theirs, **own, **(more or {})}
        declared = stack.declared_parameters()
        unknown = sorted(own.keys() - declared.keys())
        if unknown:
            raise KeyError(
                f"infra/environments/{self.stage}.toml sets {', '.join(unknown)},"
                f" which the template of {stack.name!r} does not declare."
            )
        return {name: value for name, value in given.items() if name in declared}


def read_environment(stage: str, region: str | None = None) -> Environment:
    """Without a `region` it is that of FILEFERRY_REGION (REGION= of make), or the home region.
    Raises KeyError."""
    if stage not in STAGES:
        raise KeyError(f"There is no stage {stage!r}; there are {', '.join(STAGES)}.")
    path = REPOSITORY / "infra" / "environments" / f"{stage}.toml"
    wanted = os.environ.get(WANTED_REGION, "") if region is None else region
    return environment_of(stage, tomllib.loads(path.read_text(encoding="utf-8")), wanted)


def environment_of(stage: str, written: Mapping[str, Any], wanted: str = "") -> Environment:
    """What stands in a stage's file, as it is in the `wanted` region. Raises KeyError."""
    home, others = written["region"], written.get("regions", {})
    regions = (home, *others)
    if len(others) > 1 or home in others:
        raise KeyError(
            f"infra/environments/{stage}.toml names the regions {', '.join(regions)}: a stage has"
            " its home region and at most one other, as [regions.<name>]."
        )
    region = wanted or home
    if region not in regions:
        raise RegionUnknown(
            f"The stage {stage} has no region {region!r}; it has {', '.join(regions)}. A second one"
            f" is a section [regions.{region}] of infra/environments/{stage}.toml."
        )
    parameters = _texts(written.get("parameters", {}))
    if region != home:
        theirs = _texts(others[region].get("parameters", {}))
        parameters = {
            section: _inherited(parameters.get(section, {})) | theirs.get(section, {})
            for section in (*parameters, *(each for each in theirs if each not in parameters))
        }
    return Environment(stage, region, parameters, regions)


def _texts(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    return {
        section: {name: str(value) for name, value in values.items()}
        for section, values in sections.items()
    }


def _inherited(values: Mapping[str, str]) -> dict[str, str]:
    return {name: "" if name in OF_ONE_REGION else value for name, value in values.items()}
