"""Remembers in build/ the templates that cfn-lint had nothing against. It takes about a second for
each, and would say the same again."""

import hashlib
import importlib.metadata
from pathlib import Path

from infra.stacks import REPOSITORY

FOLDER = REPOSITORY / "build" / "cfn-lint"


def mark_of(*asked: str) -> Path:
    """The file that is there if nothing was wrong. Another version of cfn-lint is asked anew."""
    everything = "\0".join((importlib.metadata.version("cfn-lint"), *asked))
    return FOLDER / hashlib.sha256(everything.encode()).hexdigest()


def remember(mark: Path) -> None:
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
