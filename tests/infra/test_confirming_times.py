"""Whoever goes on with a confirmation must meet nothing of the one before that is still at work."""

from infra.stacks import find_stack
from infra.templates import read_template
from services.agent.domain.proposal import BEGINS_WITHIN, LEASE
from services.agent.use_cases.confirm_proposal import SECONDS
from services.agent.wiring import API_SECONDS


def timeout_of(service: str) -> int:
    api = read_template(find_stack(service).template)["Service"]["functions"]["Api"]
    return int(api["Timeout"])


def test_the_lease_outlives_the_function_and_the_last_write_that_it_begins() -> None:
    lease, begins = LEASE.total_seconds(), BEGINS_WITHIN.total_seconds()
    assert timeout_of("agent") < lease
    for service in ("transfer", "ticketing"):
        assert begins + timeout_of(service) < lease


def test_all_of_it_ends_before_the_function_does() -> None:
    assert BEGINS_WITHIN.total_seconds() + API_SECONDS < SECONDS.total_seconds()
    assert SECONDS.total_seconds() < timeout_of("agent")
