"""Grants count only for callers with a role."""

from dataclasses import replace

from kernel.caller import Caller, Grants, Role, SourceGrant

GIL = Caller(
    "gil",
    "s-1",
    frozenset({Role.USER}),
    Grants((SourceGrant("a", "reports/"), SourceGrant("*", "shared/")), ("acme",)),
)


def test_prefixes_are_those_of_the_bucket_and_of_every_bucket() -> None:
    assert GIL.prefixes("a") == ["reports/", "shared/"]
    assert GIL.prefixes("b") == ["shared/"]
    assert GIL.may_read("b", "shared/x")
    assert not GIL.may_read("b", "reports/x")


def test_without_a_role_grants_count_for_nothing() -> None:
    nobody = replace(GIL, roles=frozenset())
    assert (nobody.prefixes("a"), nobody.destinations) == ([], frozenset())
    assert not nobody.may_read("a", "reports/x")
    assert not nobody.may_send_to("acme")


def test_one_of_the_roles_is_enough() -> None:
    assert GIL.has([Role.ADMIN, Role.USER])
    assert not GIL.has([Role.ADMIN])
    assert not GIL.has([])
