"""python -m infra.package SERVICE builds into build/SERVICE and prints what it built."""

import argparse

from infra.package.build import build
from infra.package.sources import handler_modules
from infra.stacks import REPOSITORY

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("service")
parser.add_argument("--python", default="", help="of the version that the functions run on")
given = parser.parse_args()
into = build(given.service, given.python)
files = [path for path in into.rglob("*") if path.is_file()]
size = sum(path.stat().st_size for path in files)
compiled = sum(path.suffix == ".pyc" for path in files)
modules = len(handler_modules(given.service))
print(
    f"{into.relative_to(REPOSITORY)}: {size / 1e6:.1f} MB, {compiled} files of bytecode,"
    f" {modules} handlers import"
)
