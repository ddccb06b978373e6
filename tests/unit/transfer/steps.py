"""Single steps of a transfer's workflow, repeated or late, as Step Functions does it."""

from services.transfer.domain.transfer import Transfer
from services.transfer.handlers.workflow_step import run_step
from tests.fakes.actors import Actor, Stage
from tests.fakes.sweeping import sweep_transfer
from tests.fakes.world import World


def step(world: World, transfer: Transfer, name: str, **more: object) -> None:
    """Runs a step of the first run outside of the execution, which does not get the answer."""
    run_step({"step": name, "transfer_id": transfer.id, "run": 1, **more}, world.ports)


def beginning(world: World, transfer: Transfer, name: str) -> Actor:
    """That step, before its first call."""
    return Stage().start(name, lambda: step(world, transfer, name))


def abort_executions(world: World) -> None:
    """An administrator aborts them. The transfers' steps may still be at work."""
    for execution in world.workflow.executions.values():
        execution.state = None


def sweep(world: World, transfer: Transfer, times: int = 6) -> None:
    """Sweeps several times, each time after the leases of dead workers are over. Runs all that the
    sweep sets going."""
    for _ in range(times):
        world.pass_time(world.policy.lease_seconds + 1)
        sweep_transfer(transfer.id, ports=world.ports)
        world.run()
