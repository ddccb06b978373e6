"""python -m infra.observability.prove --stage STAGE makes each alarm ring once, and end.

It says of each by what: its real cause, a metric that was put, or its state that was set. Whoever
gets the stage's alarms gets these, too. It takes a quarter of an hour, and what it made is removed
also when it is interrupted. Do not run it while a release is being deployed: functions are called
so that they fail.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from botocore.exceptions import BotoCoreError, ClientError

from infra.observability.alarms import Alarm, alarms_of
from infra.observability.composites import Composite, composites_of
from infra.observability.proofs import NothingProven, Proof, Stage, proofs, take_out
from infra.observability.reading import Kind, things
from infra.observability.ringing import alarms as alarms_there
from infra.stacks import STAGES, all_stacks
from infra.stage import stage_client

PATIENCE_SECONDS = 25 * 60.0  # three periods of 5 minutes, and CloudWatch's own delays
POLL_SECONDS = 2.0
AGAIN_SECONDS = 20.0
AT_ONCE = 8  # calls; functions of a new account share ten
SERVICES = ("cloudwatch", "lambda", "sqs", "stepfunctions")
DEAD = (Kind.DEAD_MESSAGES, Kind.DEAD_EVENTS, Kind.DEAD_CALLS)

States = Callable[[], Mapping[str, str]]


def say(line: str) -> None:
    print(line, flush=True)


def prove(
    todo: Sequence[Proof],
    states: States,
    seconds: float = PATIENCE_SECONDS,
    tell: Callable[[str], object] = say,
) -> None:
    """Fills in when each alarm rang and ended. Whatever happens, every proof that began is
    ended."""
    begun = time.monotonic()
    with ExitStack() as left:
        for each in todo:
            left.callback(_ended, each, tell)
        _all_at_once([(each, each.begin) for each in todo])
        asked = time.monotonic()
        while time.monotonic() - begun < seconds:
            now, spent = states(), time.monotonic() - begun
            _look(todo, now, spent, tell)
            if all(each.ended_after is not None for each in todo):
                return
            if time.monotonic() - asked >= AGAIN_SECONDS:
                _all_at_once([(each, each.again) for each in todo if each.rang_after is None])
                asked = time.monotonic()
            time.sleep(POLL_SECONDS)


def _all_at_once(acts: Sequence[tuple[Proof, Callable[[], object]]]) -> None:
    """What a proof cannot do is told in its line of the table."""

    def act(proof: Proof, each: Callable[[], object]) -> None:
        try:
            each()
        except (ClientError, BotoCoreError, NothingProven) as error:
            proof.note = str(error)

    with ThreadPoolExecutor(AT_ONCE) as crew:
        for done in [crew.submit(act, *each) for each in acts]:
            done.result()


def _look(
    todo: Sequence[Proof], now: Mapping[str, str], spent: float, tell: Callable[[str], object]
) -> None:
    for each in todo:
        state = now.get(each.alarm, "")
        if each.rang_after is None and (each.seen or state == "ALARM"):
            each.rang_after = spent
            tell(f"{spent:5.0f} s  rings  {each.alarm}")
            each.end()
        elif each.rang_after is not None and each.ended_after is None and state == "OK":
            each.ended_after = spent
            tell(f"{spent:5.0f} s  ended  {each.alarm}")


def _ended(proof: Proof, tell: Callable[[str], object]) -> None:
    """For one that never rang, or whose end failed. A second end does nothing."""
    if proof.ended_after is None:
        try:
            proof.end()
        except (ClientError, BotoCoreError) as error:
            tell(f"{proof.alarm}: what was made for it may still be there. {error}")


def table(
    done: Sequence[Proof], skipped: Mapping[str, str], foreign: Sequence[str]
) -> Iterator[str]:
    width = max(map(len, ["alarm", *(each.alarm for each in done), *skipped, *foreign]))
    yield f"{'alarm':{width}}  {'rang':>6}  {'ended':>6}  by"
    for each in sorted(done, key=lambda each: (each.way, each.alarm)):
        when = [
            f"{after:4.0f} s" if after is not None else "never"
            for after in (each.rang_after, each.ended_after)
        ]
        by = each.way.value + (f" ({each.note})" if each.note else "")
        yield f"{each.alarm:{width}}  {when[0]:>6}  {when[1]:>6}  {by}"
    for name, why in sorted(skipped.items()):
        yield f"{name:{width}}  {'-':>6}  {'-':>6}  not proven: {why}"
    for name in foreign:
        yield f"{name:{width}}  {'-':>6}  {'-':>6}  not one of infra/observability"


def of_stage() -> tuple[list[Alarm], list[Composite]]:
    """The alarms that the templates make, on any stage."""
    made = alarms_of(things({stack.name: stack.completed() for stack in all_stacks()}))
    return made, composites_of(made)


def chosen(
    stage: Stage, there: Mapping[str, str], only: str
) -> tuple[list[Proof], dict[str, str], list[str]]:
    """What can be proven, why the rest cannot, and the alarms of others: canaries, workers' lanes.
    `there` has the states before."""
    alarms, composites = of_stage()
    todo: list[Proof] = []
    skipped: dict[str, str] = {}
    conditional = {stage.named(each.name) for each in alarms if each.condition}
    for each in proofs(stage, alarms, composites):
        if only not in each.alarm:
            continue
        if each.alarm not in there:
            if each.alarm not in conditional:
                skipped[each.alarm] = "it is not deployed"
        elif there[each.alarm] == "ALARM":
            skipped[each.alarm] = "it rings already; see `make alarms`"
        else:
            todo.append(each)
    known = {each.alarm for each in todo} | skipped.keys() | conditional
    return todo, skipped, sorted(name for name in there.keys() - known if only in name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stage", choices=STAGES, required=True)
    parser.add_argument("--only", default="", help="alarms with this in their name")
    parser.add_argument("--force", action="store_true", help="also on prod")
    given = parser.parse_args()
    if given.stage == "prod" and not given.force:
        sys.exit("It rings the alarms of prod, and people would come. Tell them, then: FORCE=1")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Ended. What it made is removed."))
    clients = {service: stage_client(given.stage, service) for service in SERVICES}
    stage = Stage(given.stage, clients)

    def states() -> Mapping[str, str]:
        there = alarms_there(stage["cloudwatch"], stage.name)
        return {each["AlarmName"]: each["StateValue"] for each in there}

    try:
        _clear_up(stage)
        todo, skipped, foreign = chosen(stage, states(), given.only)
        if not todo and not skipped:
            sys.exit(f"infra/observability has no alarm with {given.only!r} in its name.")
        prove(todo, states)
    except (ClientError, BotoCoreError) as error:
        sys.exit(f"Not proven. {error}")
    print("\n" + "\n".join(table(todo, skipped, foreign)))
    missed = [each.alarm for each in todo if each.ended_after is None]
    if missed or skipped:
        sys.exit(f"{len(missed)} did not ring and end, {len(skipped)} were not proven.")
    print(f"All {len(todo)} alarms rang and ended.")


def _clear_up(stage: Stage) -> None:
    """Removes what an earlier run left that was killed."""
    for alarm in of_stage()[0]:
        if alarm.thing.kind in DEAD:
            take_out(stage, stage.named(alarm.thing.name))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
