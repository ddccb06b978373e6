"""The releases of a stack on a stage, in SSM. Each has a parameter of its own.

Before a deployment its release is written as planned. After it, the release gets what is live then.
If the command died in between, the next one finds the planned release and finishes it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from infra.releases.facts import Facts
from infra.releases.pointers import SHARED, Pointer
from infra.stacks import Stack

KEPT = 5  # releases; more than anybody goes back, and less than old versions cost


@dataclass(frozen=True)
class Release:
    """`versions` has what each pointer led to, and is empty while it is planned. `facts` are None
    when nobody knows them. One that somebody rolled back from is `left`: nobody goes back to it."""

    number: int
    at: str
    facts: Facts | None
    versions: Mapping[str, str]
    left: bool = False

    def is_live(self, now: Mapping[str, str]) -> bool:
        """A pointer that came later stays where it is, and does not count."""
        return bool(self.versions) and self.versions.items() <= now.items()


@dataclass(frozen=True)
class Begun:
    """A rollback that has not ended."""

    live: int
    to: int


class History:
    def __init__(self, stack: Stack, stage: str, ssm: Any) -> None:  # noqa: ANN401
        self._ssm = ssm
        self._place = f"/fileferry/{stage}/{stack.name}"

    def all(self) -> list[Release]:
        """From the oldest to the newest."""
        pages = self._ssm.get_paginator("get_parameters_by_path").paginate(
            Path=f"{self._place}/releases"
        )
        found = [
            Release(**json.loads(each["Value"])) for page in pages for each in page["Parameters"]
        ]
        return sorted(found, key=lambda each: each.number)

    def write(self, release: Release) -> None:
        text = json.dumps(asdict(release), separators=(",", ":"))
        self._put(self._of(release), text)

    def forget(self, release: Release) -> None:
        self._ssm.delete_parameter(Name=self._of(release))

    def begun(self) -> Begun | None:
        try:
            found = self._ssm.get_parameter(Name=f"{self._place}/rollback")
        except self._ssm.exceptions.ParameterNotFound:
            return None
        return Begun(**json.loads(found["Parameter"]["Value"]))

    def begin(self, rollback: Begun) -> Begun:
        """Returns the one that counts: somebody else may have begun one at the same moment."""
        try:
            self._put(f"{self._place}/rollback", json.dumps(asdict(rollback)), overwrite=False)
        except self._ssm.exceptions.ParameterAlreadyExists:
            return self.begun() or rollback
        return rollback

    def end(self) -> None:
        try:
            self._ssm.delete_parameter(Name=f"{self._place}/rollback")
        except self._ssm.exceptions.ParameterNotFound:
            return  # somebody else ended it, too

    def _of(self, release: Release) -> str:
        return f"{self._place}/releases/{release.number:06}"

    def _put(self, name: str, value: str, *, overwrite: bool = True) -> None:
        self._ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=overwrite)


def plan(history: History, facts: Facts) -> None:
    releases = history.all()
    planned = [each for each in releases if not each.versions]
    number = planned[-1].number if planned else (releases[-1].number + 1 if releases else 1)
    history.write(Release(number, _now(), facts, {}))


def read_now(pointers: Iterable[Pointer]) -> dict[str, str]:
    return {each.name: each.read() for each in pointers}


def catch_up(history: History, now: Mapping[str, str], *, deployed: bool) -> Release | None:
    """Returns the release that is live, or None when what is live is none. `deployed` says that the
    stack stands as its last deployment left it; then what is live is a release."""
    releases = history.all()
    planned = next((each for each in releases if not each.versions), None)
    matching = [each for each in releases if each.is_live(now)]
    live = max(matching, key=lambda each: (not each.left, each.number), default=None)
    if live is None:
        if not now or not deployed or any(SHARED in each for each in now.values()):
            return None
        number = releases[-1].number + 1 if releases else 1
        live = replace(planned or Release(number, _now(), None, {}), versions=now)
        history.write(live)
    elif planned:
        history.forget(planned)  # the deployment changed nothing, or failed
        if live.left and deployed:
            live = replace(live, left=False)  # it was deployed once more
            history.write(live)
    return live


def before(live: Release, releases: Iterable[Release]) -> Release | None:
    """The newest release before it that nobody rolled back from."""
    earlier = [r for r in releases if r.number < live.number and r.versions and not r.left]
    return max(earlier, key=lambda each: each.number, default=None)


def forget_old(history: History) -> list[Release]:
    """Returns the releases that stay, so that their versions do."""
    done = [each for each in history.all() if each.versions]
    wanted = [each for each in done if not each.left][-KEPT:]
    for each in done:
        if wanted and each.number < wanted[0].number:
            history.forget(each)
    return wanted


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
