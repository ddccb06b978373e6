"""Runs storm after storm, each with a new seed, until the time is up or a promise is broken."""

from collections.abc import Sequence
from time import monotonic

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.storm.machine import Storm
from tests.storm.profile import Profile
from tests.storm.profiles import PROFILES
from tests.storm.world import small_blocks

EXAMPLES = 500  # of one seed
PHASES = (Phase.generate, Phase.shrink)


def storm(
    seconds: float, first_seed: int = 0, profiles: Sequence[Profile] = tuple(PROFILES.values())
) -> int:
    """The number of seeds tried. The profiles take turns. Raises PromiseBroken with the shortest
    way to the breach. The seed is printed, and `first_seed` repeats it."""
    end, number = monotonic() + seconds, first_seed
    with small_blocks():
        while monotonic() < end:
            _try(number, profiles[number % len(profiles)])
            number += 1
    return number - first_seed


def _try(number: int, profile: Profile) -> None:
    weather = settings(
        max_examples=EXAMPLES,
        stateful_step_count=profile.steps,
        deadline=None,
        database=None,
        phases=PHASES,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    machine = type("Storm", (Storm,), {"profile": profile})
    try:
        run_state_machine_as_test(seed(number)(machine), settings=weather)
    except BaseException:
        print(f"the storm of seed {number} broke a promise")
        raise
