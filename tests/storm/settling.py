"""The calm after a storm: there are no more faults, everybody goes on, and sweeps come by."""

from services.transfer.domain.status import Status
from tests.storm.judge import Judge
from tests.storm.world import StormWorld

ROUNDS = 150  # of a sweep and a minute each
TURNS = 60
STEPS = 400  # of everybody, between two sweeps
HOURS_2 = 7_200.0


def settle(world: StormWorld, judge: Judge, turn: int = 3) -> None:
    """First all make `turn` calls in turns. Then one goes on after the other."""
    world.calls.forget()
    for actor in world.stage.actors:
        actor.frozen = actor.resting = False
    world.go_on_together(TURNS, turn)
    until_ended(world)
    judge.judge_outcome()
    judge.require()
    direct = world.about.server.direct
    if world.row.status is Status.FAILED and judge.delivered() and not direct:
        # Only the answer got lost, so the retry must find the delivered file.
        world.begin_steering("retry").finish()
        until_ended(world)
        judge.judge_outcome()
        again = world.read(world.row).status
        if again is not Status.COMPLETED:
            judge.breach("told-as-it-is", f"delivered, retried, and {again} again")
    for _ in range(3):
        world.pass_time(HOURS_2)
        sweep(world)
        world.go_on(STEPS)
    world.begin_publishing().finish()
    judge.judge_rest()
    judge.require()


def until_ended(world: StormWorld) -> None:
    world.go_on(STEPS)
    for _ in range(ROUNDS):
        if world.has_ended and not world.stage.actors and not world.queue.waiting:
            return
        if world.row.status is Status.PAUSED:
            world.begin_steering("resume").finish()
        world.pass_time(61)
        sweep(world)
        world.go_on(STEPS)


def sweep(world: StormWorld) -> None:
    world.begin_sweep().finish()
