"""Goes back to the release before, at once and in one act.

python -m infra.releases.rollback STACK --stage STAGE     (make rollback-<stack> STAGE=...)

What it goes back to is decided once and written down before anything moves. When the command is
broken off, the next one goes on to the same release, and not one further back.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from infra.releases import has_releases
from infra.releases.cloudformation import STANDS, NotTold, status_of, tell
from infra.releases.facts import Facts, dangers
from infra.releases.history import Begun, History, Release, before, catch_up, read_now
from infra.releases.pointers import Clients, Pointer, pointers_of
from infra.stacks import STAGES, Stack, all_stacks, read_environment, stack_argument
from infra.stage import stage_client

Say = Callable[[str], object]


class RollbackRefused(Exception):
    """Nothing was moved. The message says why, and what to do instead."""


def rollback(
    stack: Stack, stage: str, clients: Clients, *, force: bool = False, say: Say = print
) -> Release:
    """Raises RollbackRefused before anything moves, or NotTold after everything did. With `force`
    the rollback ends although CloudFormation cannot be told."""
    began = time.monotonic()
    if refusal := _nothing_kept(stack, stage):
        raise RollbackRefused(refusal)
    history = History(stack, stage, clients("ssm"))
    name = stack.deployed_name(stage)
    begun = history.begun()
    if begun is None:  # an unfinished one may have left CloudFormation at work
        _require_quiet(name, stage, clients, force)
    pointers = pointers_of(name, clients)
    begun = begun or _decide(stack, stage, history, pointers, clients, force)
    releases = {each.number: each for each in history.all()}
    to = releases[begun.to]
    _move(pointers, to, say)
    took = time.monotonic() - began
    say(f"{stack.name} on {stage} is back at release {to.number} of {to.at}, after {took:.1f} s.")
    try:
        if tell(name, pointers, to.versions, clients):
            say("CloudFormation knows it, too. The next deployment begins from here.")
    except NotTold as untold:
        if not force:
            raise
        say(f"{untold}\nThe rollback ends without that. Deploy soon: a failed update undoes it.")
    history.end()
    return to


def _decide(
    stack: Stack,
    stage: str,
    history: History,
    pointers: Sequence[Pointer],
    clients: Clients,
    force: bool,
) -> Begun:
    status = status_of(stack.deployed_name(stage), clients("cloudformation"))
    now = read_now(pointers)
    live = catch_up(history, now, deployed=status in STANDS)
    releases = history.all()
    if live is None and not force:
        raise RollbackRefused(
            f"What is live is no release that a deployment of {stack.name} left:"
            f" {_listed(now) or 'nothing is deployed'}. FORCE=1 goes to the newest release that was"
            " not left."
        )
    newest = max((each.number for each in releases), default=0) + 1
    to = before(live or Release(newest, "", None, {}), releases)
    if to is None:
        raise RollbackRefused(
            f"There is no release of {stack.name} on {stage} before the one that is live. Deploy"
            f" the commit that you want: make deploy-{stack.name} STAGE={stage}"
        )
    _require_there(pointers, to)
    if live is not None and not force:
        _require_safe(live, to, _others(stack, stage, clients))
    if live is not None:
        history.write(replace(live, left=True))
    return history.begin(Begun(live.number if live else 0, to.number))


def _move(pointers: Sequence[Pointer], to: Release, say: Say) -> None:
    for pointer in pointers:
        wanted, was = to.versions.get(pointer.name), pointer.read()
        if wanted is None:
            say(f"  {pointer.name}: {was} stays, release {to.number} had none")
        elif was == wanted:
            say(f"  {pointer.name}: {was} already")
        else:
            pointer.move(wanted)
            say(f"  {pointer.name}: {was} -> {wanted}")


def _require_quiet(name: str, stage: str, clients: Clients, force: bool) -> None:
    status = status_of(name, clients("cloudformation"))
    if status is None:
        raise RollbackRefused(f"There is no stack {name}, so there is nothing to go back from.")
    region = read_environment(stage).region
    # CloudFormation takes no update of such a stack.
    if status == "UPDATE_ROLLBACK_FAILED" and not force:
        raise RollbackRefused(
            f"{name} is {status}, so CloudFormation could not be told of a rollback. End that"
            f" first: aws cloudformation continue-update-rollback --stack-name {name}"
            f" --region {region}. FORCE=1 moves the calls all the same."
        )
    if status.endswith("_IN_PROGRESS") and status not in STANDS:
        raise RollbackRefused(
            f"{name} is being deployed ({status}). Stop that, and CloudFormation itself goes back:"
            f" aws cloudformation cancel-update-stack --stack-name {name} --region {region}"
        )


def _require_there(pointers: Sequence[Pointer], to: Release) -> None:
    names = {pointer.name for pointer in pointers}
    gone = [name for name in to.versions if name not in names]
    gone += [
        f"{pointer.name}:{version}"
        for pointer in pointers
        if (version := to.versions.get(pointer.name)) and not pointer.has(version)
    ]
    if gone:
        raise RollbackRefused(
            f"Release {to.number} is not there any more: {', '.join(gone)}. Deploy its commit."
        )


def _require_safe(live: Release, to: Release, others: Mapping[str, Facts]) -> None:
    if live.facts is None or to.facts is None:
        unknown = to if to.facts is None else live
        found = [f"Nobody knows what release {unknown.number} needs, it was not recorded whole."]
    else:
        found = dangers(live.facts, to.facts, others)
    if found:
        lines = "\n".join(f"  {each}" for each in found)
        raise RollbackRefused(
            f"Release {to.number} cannot do the work of release {live.number}:\n{lines}\n"
            "Deploy a mend instead. FORCE=1 goes back all the same."
        )


def _others(stack: Stack, stage: str, clients: Clients) -> dict[str, Facts]:
    """What the other services need, of those whose releases are known."""
    found: dict[str, Facts] = {}
    for other in all_stacks():
        if other.is_service and other.name != stack.name:
            releases = [r for r in History(other, stage, clients("ssm")).all() if r.versions]
            newest = next((r for r in reversed(releases) if not r.left), None)
            if newest and newest.facts is not None:
                found[other.name] = newest.facts
    return found


def _nothing_kept(stack: Stack, stage: str) -> str:
    """Why there is nothing to go back to, and what to do instead. Empty when there may be."""
    if stack.name == "console":
        return f"Say which: python -m infra.console.publish --stage {stage} --release <release>"
    again = f"Check out the commit before, and: make deploy-{stack.name} STAGE={stage}"
    if not has_releases(stack):
        return f"Of {stack.name} nothing is kept that one could go back to. {again}"
    if stage == "local" and stack.name == "api":
        return f"MiniStack serves an API's newest routes, whatever its stage names. {again}"
    return ""


def _listed(now: Mapping[str, str]) -> str:
    return ", ".join(f"{name}:{version}" for name, version in now.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stack", type=stack_argument)
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--force", action="store_true", help="although it is not safe")
    given = parser.parse_args()
    try:
        clients = cache(partial(stage_client, given.stage))
        rollback(given.stack, given.stage, clients, force=given.force)
    except RollbackRefused as refused:
        sys.exit(str(refused))
    except NotTold as error:
        sys.exit(
            f"{error}\nThe calls are moved. Run the command again: it only tells the rest."
            " With FORCE=1 it ends also when CloudFormation refuses."
        )


if __name__ == "__main__":
    main()
