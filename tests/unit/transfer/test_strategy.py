"""What a server's profile makes of a transfer."""

from dataclasses import replace
from typing import Any

import pytest

from services.transfer.domain.destination import Delivery, Destination
from services.transfer.domain.errors import (
    ContentChanged,
    FilesTakenAway,
    NamesUnprotected,
    ReadingRefused,
    RenameRefused,
    TooLongForOneHandle,
)
from services.transfer.domain.if_exists import IfExists
from services.transfer.domain.proof import Verify
from services.transfer.domain.strategy import Method, Replacing, Wish, choose_strategy
from tests.conformance.records import a_destination

WISH = Wish(lanes=4)


def destination(delivery: Delivery = Delivery.ATOMIC, **facts: Any) -> Destination:  # noqa: ANN401
    """A server that can do everything but `facts`."""
    known = a_destination()
    assert known.profile is not None
    able = dict.fromkeys(("rename", "atomic_replace", "fsync", "write_at_offset"), True)
    profile = replace(known.profile, **(able | facts))
    return replace(known, profile=profile, delivery=delivery, max_sessions=5)


def without(fact: str, delivery: Delivery = Delivery.ATOMIC, **facts: Any) -> Destination:  # noqa: ANN401
    return destination(delivery, **{fact: False}, **facts)


def test_a_server_that_can_do_everything_gets_lanes_and_no_caution() -> None:
    strategy = choose_strategy(destination(), WISH)
    assert (strategy.method, strategy.lanes) == (Method.LANES, 4)
    assert strategy.replacing is Replacing.POSIX_RENAME
    assert strategy.cautions == ()


@pytest.mark.parametrize(
    ("facts", "method"),
    [
        ({"write_at_offset": False}, Method.IN_ORDER),
        ({"write_at_offset": False, "reopen": False}, Method.ONE_HANDLE),
    ],
)
def test_a_server_that_can_do_less_gets_one_lane(facts: dict[str, Any], method: Method) -> None:
    strategy = choose_strategy(destination(**facts), WISH)
    assert (strategy.method, strategy.lanes) == (method, 1)


@pytest.mark.parametrize(
    ("facts", "replacing"),
    [
        ({"atomic_replace": False}, Replacing.ASIDE),
        ({"atomic_replace": False, "rename_overwrites": True}, Replacing.RENAME),
    ],
)
def test_a_file_is_replaced_in_the_way_that_works(
    facts: dict[str, Any], replacing: Replacing
) -> None:
    assert choose_strategy(destination(**facts), WISH).replacing is replacing


@pytest.mark.parametrize("fact", ["fsync", "read", "shows_files", "remove", "set_times"])
def test_what_is_not_promised_is_said(fact: str) -> None:
    strategy = choose_strategy(without(fact), WISH)
    assert len(strategy.cautions) == 1


@pytest.mark.parametrize("delivery", list(Delivery))
@pytest.mark.parametrize("verify", list(Verify))
def test_where_other_bytes_are_stored_nothing_is_sent_that_is_to_be_compared(
    verify: Verify, delivery: Delivery
) -> None:
    there, wish = destination(delivery, keeps_content=False), replace(WISH, verify=verify)
    if verify is not Verify.SIZE:
        with pytest.raises(ContentChanged, match="'size'"):
            choose_strategy(there, wish)
        return
    strategy = choose_strategy(there, wish)
    assert not strategy.reads
    assert "stores other bytes" in " ".join(strategy.cautions)


@pytest.mark.parametrize(
    ("fact", "error"), [("rename", RenameRefused), ("keeps_files", FilesTakenAway)]
)
def test_a_drop_box_is_refused_at_once_unless_it_is_delivered_to_directly(
    fact: str, error: type[Exception]
) -> None:
    with pytest.raises(error, match="'direct'"):
        choose_strategy(without(fact), WISH)
    direct = choose_strategy(without(fact, Delivery.DIRECT), WISH)
    assert (direct.method, direct.delivery) == (Method.ONE_HANDLE, Delivery.DIRECT)
    assert "while it is incomplete" in direct.cautions[0]


@pytest.mark.parametrize("fact", ["read", "keeps_files"])
def test_what_cannot_be_read_back_is_not_promised_to_be(fact: str) -> None:
    with pytest.raises(ReadingRefused):
        choose_strategy(without(fact, Delivery.DIRECT), replace(WISH, verify=Verify.READBACK))


@pytest.mark.parametrize("if_exists", [IfExists.FAIL, IfExists.KEEP_BOTH])
@pytest.mark.parametrize("hidden", ["shows_files", "tells_missing"])
def test_a_file_that_nobody_can_see_is_not_overwritten(if_exists: IfExists, hidden: str) -> None:
    wish = replace(WISH, if_exists=if_exists)
    with pytest.raises(NamesUnprotected, match=if_exists.value):
        choose_strategy(without(hidden, rename_overwrites=True), wish)
    assert choose_strategy(without(hidden), wish)  # its RENAME refuses


def test_a_server_that_refuses_to_overwrite_cannot_replace_directly() -> None:
    with pytest.raises(NamesUnprotected, match="overwrite"):
        choose_strategy(
            destination(Delivery.DIRECT, overwrite=False),
            replace(WISH, if_exists=IfExists.REPLACE),
        )


@pytest.mark.parametrize("facts", [{"reopen": False}, {}])
def test_what_one_go_cannot_carry_is_refused_only_where_there_is_one_go(
    facts: dict[str, Any],
) -> None:
    delivery = Delivery.ATOMIC if facts else Delivery.DIRECT
    wish = replace(WISH, size_bytes=1_001, one_handle_bytes=1_000)
    with pytest.raises(TooLongForOneHandle, match="1001 bytes"):
        choose_strategy(destination(delivery, **facts), wish)
    assert choose_strategy(destination(delivery, **facts), replace(wish, size_bytes=1_000))
    assert choose_strategy(destination(), wish)


@pytest.mark.parametrize("delivery", list(Delivery))
def test_what_a_function_cannot_carry_in_one_go_is_for_a_container(delivery: Delivery) -> None:
    there = destination(delivery, reopen=False)
    wish = replace(WISH, size_bytes=1_001, one_handle_bytes=1_000, long_handle_bytes=5_000)
    strategy = choose_strategy(there, wish)
    assert strategy.long_turn
    assert "a container sends it" in strategy.why
    assert not choose_strategy(there, replace(wish, size_bytes=1_000)).long_turn
    with pytest.raises(TooLongForOneHandle, match="LongTurnSeconds") as refused:
        choose_strategy(there, replace(wish, size_bytes=5_001))
    assert "make deploy-worker" not in str(refused.value)


def test_without_a_container_it_is_said_what_to_deploy() -> None:
    wish = replace(WISH, size_bytes=1_001, one_handle_bytes=1_000)
    with pytest.raises(TooLongForOneHandle, match="make deploy-worker"):
        choose_strategy(destination(reopen=False), wish)


def test_each_reason_to_refuse_is_final() -> None:
    for error in (ContentChanged, FilesTakenAway, RenameRefused, NamesUnprotected, ReadingRefused):
        assert not error.retryable


def test_where_nobody_may_test_one_handle_is_all_that_is_tried() -> None:
    """To open a file again may empty it there. Only what does not fit has to."""
    untested = replace(destination(), profile=None, probe_writes=False)
    wish = replace(WISH, size_bytes=1_000, one_handle_bytes=1_000)
    assert choose_strategy(untested, wish).method is Method.ONE_HANDLE
    assert choose_strategy(untested, replace(wish, size_bytes=1_001)).method is Method.IN_ORDER


def test_what_read_back_otherwise_is_sent_again_in_the_simplest_way() -> None:
    """Perhaps the server lost what was written in the other way."""
    wish = replace(WISH, size_bytes=1_000, one_handle_bytes=1_000, written_anew=True)
    again = choose_strategy(destination(), wish)
    assert (again.method, again.lanes) == (Method.ONE_HANDLE, 1)
    assert choose_strategy(destination(), replace(wish, size_bytes=1_001)).reopens
