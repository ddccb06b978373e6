"""python -m infra.new_service NAME [--events "TransferCompleted.v1 ..."]: lays out a service."""

import argparse
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from infra.new_service.catalogue import CATALOGUE_FILE, with_consumer
from infra.new_service.request import Refused, read_request
from infra.new_service.skeleton_files import files_of
from infra.new_service.writing import write_all
from infra.stacks import REPOSITORY


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--events", default="", help="by default those that change a transfer")
    given = parser.parse_args()
    try:
        request = read_request(given.name, given.events)
    except Refused as refused:
        sys.exit(str(refused))
    files = files_of(request)
    catalogue = (REPOSITORY / CATALOGUE_FILE).read_text(encoding="utf-8")
    files[CATALOGUE_FILE] = with_consumer(catalogue, request.name, request.events)
    write_all(REPOSITORY, files, then=lambda: _put_right(files))
    print(f"services/{request.name} listens to {', '.join(request.events)}.")
    print(f"make test-{request.name} runs its tests, make up deploys it to the local stack.")
    print(f"Say in services/{request.name}/README.md what it is for.")


def _put_right(files: Iterable[Path]) -> None:
    """Names of another length wrap and sort elsewhere; the page of events names who listens."""
    python = [str(path) for path in files if path.suffix == ".py"]
    for command in (
        ["ruff", "check", "--quiet", "--fix-only", "--select", "I", *python],
        ["ruff", "format", "--quiet", *python],
        ["contracts.generate"],
    ):
        subprocess.run([sys.executable, "-m", *command], cwd=REPOSITORY, check=True)


if __name__ == "__main__":
    main()
