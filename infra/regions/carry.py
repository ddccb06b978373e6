"""python -m infra.regions.carry export|import FOLDER --stage STAGE takes records along.

Export writes destinations, transfers, users, channels and tickets of one region into files, without
any secret, and gives the secrets that they name a replica in the other region. Import takes them
into the region. Both may be repeated: an import leaves what is stored already.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.calling import CallRefused, call_function, functions_of
from infra.regions.replicas import replicate_secrets
from infra.stacks import STAGES, read_environment
from infra.stage import stage_client

SERVICES = ("auth", "transfer", "notify", "ticketing")  # users first, who own all the rest
MANIFEST, FORMAT = "manifest.json", 1
AT_ONCE = 50  # records; each costs the function two calls
MOST_BYTES = 2_000_000  # of one call; Lambda takes 6 MB, and JSON in JSON grows
LONGEST_LINE = 1_000_000  # a row of DynamoDB has 400 KB


class FolderWrong(Exception):
    """The files are not those of a whole export of this stage."""


def export(functions: Any, stage: str, region: str, folder: Path) -> dict[str, int]:  # noqa: ANN401
    """How many records of each service. The manifest comes last, so a folder without one is not
    whole. Raises CallRefused, FolderWrong."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / MANIFEST).exists():
        raise FolderWrong(f"{folder} has an export already. Name a new folder.")
    began, counts, sums = datetime.now(UTC), dict[str, int](), dict[str, str]()
    for service in SERVICES:
        path = folder / f"{service}.jsonl"
        with open(path, "w", encoding="utf-8", opener=partial(os.open, mode=0o600)) as file:
            counts[service] = 0
            for record in _given(functions, stage, service):
                file.write(json.dumps(record, sort_keys=True) + "\n")
                counts[service] += 1
        sums[service] = _sum_of(path)
    told = {"format": FORMAT, "stage": stage, "region": region, "began_at": began.isoformat()}
    written = json.dumps(told | {"records": counts, "sha256": sums}, indent=1)
    (folder / MANIFEST).write_text(written, encoding="utf-8")
    return counts


def _given(functions: Any, stage: str, service: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    cursor: str | None = None
    while True:
        event = {"act": "give", "cursor": cursor}
        page = call_function(functions, stage, service, "carry", event)
        yield from page["records"]
        cursor = page["cursor"]
        if cursor is None:
            return


def take(functions: Any, stage: str, folder: Path) -> dict[str, dict[str, Any]]:  # noqa: ANN401
    """What became of the records of each service. Raises CallRefused, FolderWrong."""
    require_whole(stage, folder)
    told = {}
    for service in SERVICES:
        total: dict[str, Any] = {"stored": 0, "known": 0, "kept": [], "refused": []}
        for records in _batches(folder / f"{service}.jsonl"):
            event = {"act": "take", "records": records}
            answer = call_function(functions, stage, service, "carry", event)
            total = {name: total[name] + answer[name] for name in total}
        told[service] = total
    return told


def require_whole(stage: str, folder: Path) -> None:
    """Raises FolderWrong."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise FolderWrong(f"{folder} has no whole export: {error}") from error
    if told.get("format") != FORMAT or told.get("stage") != stage:
        was = f"{told.get('stage')!r} in format {told.get('format')!r}"
        raise FolderWrong(f"{folder} is of {was}, not of {stage!r} in format {FORMAT}.")
    for service in SERVICES:
        path = folder / f"{service}.jsonl"
        if not path.exists() or _sum_of(path) != told["sha256"].get(service):
            raise FolderWrong(f"{path} is not what was exported. Copy the folder again.")


def _batches(path: Path) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if len(line) > LONGEST_LINE:
                raise FolderWrong(f"{path}, line {number} has {len(line)} characters.")
            if batch and (len(batch) == AT_ONCE or size + len(line) > MOST_BYTES):
                yield batch
                batch, size = [], 0
            batch.append(json.loads(line))
            size += len(line)
    if batch:
        yield batch


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def told_lines(told: dict[str, dict[str, Any]]) -> Iterator[str]:
    for service, each in told.items():
        counts = f"{each['stored']} stored, {each['known']} known already"
        yield f"{service}: {counts}, {len(each['kept'])} kept, {len(each['refused'])} refused"
        yield from _some("newer or under way here, and left as it is", each["kept"])
        yield from _some("refused", each["refused"])


def _some(what: str, names: Sequence[str], most: int = 20) -> Iterator[str]:
    yield from (f"  {what}: {name}" for name in names[:most])
    if len(names) > most:
        yield f"  ... and {len(names) - most} more"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("act", choices=("export", "import"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stage", choices=STAGES, required=True)
    given = parser.parse_args()
    functions, environment = functions_of(given.stage), read_environment(given.stage)
    try:
        if given.act == "import":
            told = take(functions, given.stage, given.folder)
            print("\n".join(told_lines(told)))
            sys.exit(1 if any(each["refused"] for each in told.values()) else 0)
        for service, count in export(
            functions, given.stage, environment.region, given.folder
        ).items():
            print(f"{service}: {count} records")
        if environment.peer:
            secrets = stage_client(given.stage, "secretsmanager")
            done = replicate_secrets(secrets, given.stage, environment.peer)
            print(f"{done} secrets got a replica in {environment.peer}")
    except (CallRefused, ClientError, BotoCoreError, FolderWrong, OSError) as error:
        sys.exit(f"Not done, or not all; run it again, it does no harm. {error}")


if __name__ == "__main__":
    main()
