"""The caller that the authorizer found arrives whole, as the kernel's Caller."""

from typing import get_args

from contracts import caller as contract
from kernel.caller import Caller, Grants, Role, SourceGrant
from runtime.callers import caller_of


def test_contracts_and_kernel_know_the_same_roles() -> None:
    assert get_args(contract.Role) == tuple(Role)


def test_the_caller_keeps_everything_that_was_found() -> None:
    found = contract.Caller(
        user="gil",
        session_id="s-7",
        roles=("user", "auditor"),
        grants=contract.Grants(
            sources=(contract.SourceGrant(bucket="a1b", prefix="reports/"),),
            destinations=("acme", "*"),
        ),
    )
    assert caller_of(found) == Caller(
        "gil",
        "s-7",
        frozenset({Role.USER, Role.AUDITOR}),
        Grants((SourceGrant("a1b", "reports/"),), ("acme", "*")),
    )
