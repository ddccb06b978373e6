"""Compares checkov's findings with the reasons that were written down."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any


@dataclass(frozen=True, order=True)
class Found:
    """`resource` is `stack/LogicalId`."""

    check: str
    resource: str
    stage: str
    name: str


@dataclass(frozen=True)
class Reason:
    """`resources` are patterns of `stack/LogicalId`."""

    check: str
    resources: tuple[str, ...]
    why: str

    def covers(self, found: Found) -> bool:
        return self.check == found.check and any(
            fnmatchcase(found.resource, each) for each in self.resources
        )


class ReasonsWrong(Exception):
    """The file of reasons says something that nobody reads, or says no reason."""


def read_reasons(path: Path) -> list[Reason]:
    """Raises ReasonsWrong."""
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    reasons = []
    for check, entries in written.items():
        for entry in entries:
            if set(entry) != {"on", "why"} or not entry["on"] or len(entry["why"].split()) < 3:
                raise ReasonsWrong(
                    f"{path}: {check} has {entry}. Write `on`, patterns of stack/LogicalId, and"
                    " `why`, a sentence."
                )
            reasons.append(Reason(check, tuple(entry["on"]), entry["why"]))
    return reasons


def read_found(report: Mapping[str, Any]) -> tuple[int, list[Found]]:
    """How many checks passed, and the findings. Raises ValueError for a report of nothing."""
    passed = int(report.get("summary", {}).get("passed", report.get("passed", 0)))
    if not passed:
        raise ValueError(f"checkov checked nothing: its report is {str(report)[:200]}.")
    if broken := report["results"].get("parsing_errors"):
        raise ValueError(f"checkov could not read {', '.join(broken)}.")
    return passed, sorted({_found(each) for each in report["results"]["failed_checks"]})


def _found(failed: Mapping[str, Any]) -> Found:
    path = Path(failed["file_path"])
    logical_id = str(failed["resource"]).rpartition(".")[2]
    return Found(
        str(failed["check_id"]),
        f"{path.stem}/{logical_id}",
        path.parent.name,
        str(failed["check_name"]),
    )


def judge(found: Sequence[Found], reasons: Sequence[Reason]) -> list[str]:
    """What is wrong, in sentences."""
    unexplained: dict[tuple[str, str, str], list[str]] = {}
    for each in found:
        if not any(reason.covers(each) for reason in reasons):
            unexplained.setdefault((each.resource, each.check, each.name), []).append(each.stage)
    faults = [
        f"{resource} on {', '.join(sorted(stages))}: [{check}] {name}. Mend it, or write into"
        " infra/checkov/reasons.toml why it is so."
        for (resource, check, name), stages in sorted(unexplained.items())
    ]
    return faults + [
        f"infra/checkov/reasons.toml: nothing needs {pattern} of {reason.check} now. Remove it."
        for reason in reasons
        for pattern in reason.resources
        if not _needed(pattern, reason.check, found)
    ]


def _needed(pattern: str, check: str, found: Iterable[Found]) -> bool:
    return any(each.check == check and fnmatchcase(each.resource, pattern) for each in found)
