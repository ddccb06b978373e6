"""Builds build/SERVICE as it is deployed, with sources, packages for Lambda, and bytecode."""

import os
import shutil
import sys
from pathlib import Path

from infra.package.bytecode import write_bytecode
from infra.package.imports import check_imports
from infra.package.interpreters import NoInterpreter, find_interpreter
from infra.package.requirements import install
from infra.package.sources import copy_sources
from infra.package.target import Target
from infra.stacks import REPOSITORY

ONE_MOMENT = 315_532_800  # 1980-01-01, the oldest time in a zip; so equal contents zip equally
SLOW = "WARNING: the package has no bytecode, each cold start compiles it for seconds. It"


def build(service: str, python: str = "") -> Path:
    """`python` writes the bytecode. It is needed where no fitting Python is found."""
    into = REPOSITORY / "build" / service
    target = Target.of(service)
    shutil.rmtree(into, ignore_errors=True)
    copy_sources(service, into)
    check_imports(service, into)
    install(service, target, into)
    try:
        write_bytecode(into, find_interpreter(target, python))
    except NoInterpreter as missing:
        print(f"{SLOW} {missing}", file=sys.stderr)
    for path in into.rglob("*"):
        os.utime(path, (ONE_MOMENT, ONE_MOMENT))  # SAM puts the times into the zip
    return into
