"""Finds a Python of the version that a package is built for. Only that version can write bytecode
for it.

python -m infra.package.interpreters SERVICE     prints where it is
"""

import argparse
import glob
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from infra.package.target import Target

ASK = "import sys; print(*sys.version_info[:2])"
# Where pyenv and uv keep Pythons that are not on the path.
KEPT = ("~/.pyenv/versions/{0}.*/bin/python{0}", "~/.local/share/uv/python/*-{0}.*/bin/python{0}")


class NoInterpreter(Exception):
    """No fitting Python was found. The message says which version was looked for."""


def find_interpreter(target: Target, given: str = "") -> str:
    """`given`, or the first one found. Raises NoInterpreter, also when `given` has another version.

    Each one is asked for its version. A name on the path is not enough, because pyenv's stand-ins
    may refuse to run.
    """
    for path in [given] if given else _candidates(target.python):
        if _version(path) == target.version:
            return path
    where = f"{given} is not one" if given else "none is installed here"
    raise NoInterpreter(f"needs a Python {target.python}; {where}. Set LAMBDA_PYTHON.")


def _candidates(python: str) -> Iterator[str]:
    yield sys.executable
    if found := shutil.which(f"python{python}"):
        yield found
    for pattern in KEPT:
        yield from sorted(glob.glob(str(Path(pattern.format(python)).expanduser())))


def _version(path: str) -> tuple[int, ...] | None:
    try:
        told = subprocess.run([path, "-I", "-c", ASK], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return tuple(map(int, told.stdout.split()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service")
    try:
        print(find_interpreter(Target.of(parser.parse_args().service)))
    except NoInterpreter as error:
        sys.exit(f"This {error}")


if __name__ == "__main__":
    main()
