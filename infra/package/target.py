"""The Python and the processor that a package is built for. The service's template names them."""

from dataclasses import dataclass
from typing import Any, Self

from infra.stacks import find_stack

MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
# Minor versions of glibc. 2.17 is the oldest that wheels ask for today. python3.12 and later run on
# Amazon Linux 2023 with 2.34. Earlier ones run on Amazon Linux 2 with 2.26.
OLDEST_GLIBC, AMAZON_LINUX_2, AMAZON_LINUX_2023 = 17, 26, 34
FIRST_ON_2023 = (3, 12)


@dataclass(frozen=True)
class Target:
    version: tuple[int, int]
    machine: str

    @classmethod
    def of(cls, service: str) -> Self:
        """Raises ValueError when functions of one package run on different Pythons."""
        template = find_stack(service).completed()
        shared = template["Globals"]["Function"]
        functions = [
            shared | each.get("Properties", {})
            for each in template["Resources"].values()
            if each["Type"] == "AWS::Serverless::Function"
        ]
        found = {_named(each) for each in functions}
        if len(found) != 1:
            raise ValueError(f"Functions of {service!r} share a package, but run on {found}.")
        (runtime, machine) = found.pop()
        major, minor = runtime.removeprefix("python").split(".")
        return cls((int(major), int(minor)), MACHINES[machine])

    @property
    def python(self) -> str:
        return f"{self.version[0]}.{self.version[1]}"

    def pip_options(self) -> list[str]:
        """pip takes wheels only of the platforms that are named, so this names each older glibc."""
        newest = AMAZON_LINUX_2023 if self.version >= FIRST_ON_2023 else AMAZON_LINUX_2
        minors = range(newest, OLDEST_GLIBC - 1, -1)
        names = [*(f"manylinux_2_{minor}" for minor in minors), "manylinux2014"]
        platforms = [f"--platform={name}_{self.machine}" for name in names]
        return [*platforms, f"--python-version={self.python}", "--only-binary=:all:"]


def _named(function: dict[str, Any]) -> tuple[str, str]:
    return function["Runtime"], function["Architectures"][0]
