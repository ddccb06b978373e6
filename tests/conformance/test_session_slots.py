"""SessionSlots. A partner never sees more sessions than it allows."""

from dataclasses import replace

import pytest

from services.transfer.domain.errors import LeaseLost
from services.transfer.domain.lane import Slot
from services.transfer.domain.leases import CLOCKS_DIFFER, LONGEST_LEASE
from services.transfer.domain.session_bound import SessionBound
from services.transfer.domain.waiting import LongLimit
from tests.conformance.records import NOON, after
from tests.conformance.stores import Stores

HOUR = 3_600.0
BELIEVED = (LONGEST_LEASE + CLOCKS_DIFFER).total_seconds()  # of a slot that is seen at noon


def take(stores: Stores, holder: str, at: float = 0, limit: int = 2) -> Slot | None:
    return stores.slots.take("partner", limit, holder, after(at), after(at + 60))


def taken(stores: Stores, holder: str, at: float = 0, limit: int = 2) -> Slot:
    slot = take(stores, holder, at, limit)
    assert slot is not None
    return slot


def test_sessions_are_given_up_to_the_limit(stores: Stores) -> None:
    assert [taken(stores, holder).number for holder in "ab"] == [0, 1]
    assert take(stores, "c", at=59) is None
    assert stores.slots.take("other", 1, "c", NOON, after(60)) == Slot(
        "other", 0, "c", after(60), NOON
    )
    assert take(stores, "d", limit=0) is None


def test_a_freed_session_is_given_to_the_next(stores: Stores) -> None:
    slot = taken(stores, "a")
    taken(stores, "b")
    for _ in range(2):
        stores.slots.free(slot)
    assert taken(stores, "c") == Slot("partner", 0, "c", after(60), NOON)
    stores.slots.free(slot)  # late, and no longer its own
    assert take(stores, "d") is None


def test_an_expired_session_is_taken_over_and_its_holder_is_out(stores: Stores) -> None:
    zombie = taken(stores, "a", limit=1)
    heir = taken(stores, "b", at=60, limit=1)
    with pytest.raises(LeaseLost):
        stores.slots.renew(zombie, after(300))
    stores.slots.free(zombie)
    assert take(stores, "c", at=119, limit=1) is None
    assert stores.slots.renew(heir, after(300)).until == after(300)


def test_a_session_is_free_when_its_lease_says_more_than_any_clock_may_differ(
    stores: Stores,
) -> None:
    ahead = stores.slots.renew(taken(stores, "ahead", limit=1), after(BELIEVED))
    assert take(stores, "b", limit=1) is None
    stores.slots.renew(ahead, after(BELIEVED + 0.000001))
    assert taken(stores, "b", limit=1) == Slot("partner", 0, "b", after(60), NOON)


def test_a_clock_that_is_an_hour_ahead_holds_no_session_for_an_hour(stores: Stores) -> None:
    ahead = taken(stores, "ahead", at=HOUR, limit=1)
    heir = taken(stores, "b", limit=1)
    with pytest.raises(LeaseLost):
        stores.slots.renew(ahead, after(HOUR + 60))
    stores.slots.free(ahead)
    assert take(stores, "c", limit=1) is None
    assert stores.slots.renew(heir, after(90)).until == after(90)


def test_a_renewed_session_stays_with_its_holder(stores: Stores) -> None:
    slot = stores.slots.renew(taken(stores, "a", limit=1), after(120))
    assert take(stores, "b", at=119, limit=1) is None
    assert taken(stores, "b", at=120, limit=1).number == slot.number


def test_an_expired_session_that_nobody_took_may_be_renewed(stores: Stores) -> None:
    slot = taken(stores, "a")
    assert stores.slots.renew(slot, after(500)) == Slot("partner", 0, "a", after(500), NOON)


def test_a_holder_that_comes_back_gets_its_own_session_not_a_second_one(stores: Stores) -> None:
    taken(stores, "a")
    first = taken(stores, "b")
    again = taken(stores, "b", at=10)
    assert again == Slot("partner", 1, "b", after(70), NOON)
    with pytest.raises(LeaseLost):
        stores.slots.renew(first, after(300))
    stores.slots.free(first)  # the crashed holder must not free the new holder's slot
    assert take(stores, "c", at=10) is None
    stores.slots.free(again)
    assert taken(stores, "c", at=10).number == 1


def test_sessions_above_a_lowered_limit_still_count(stores: Stores) -> None:
    slots = [taken(stores, holder, limit=3) for holder in "abc"]
    stores.slots.free(slots[0])
    assert take(stores, "d", limit=2) is None
    assert taken(stores, "c", limit=2).number == 2
    stores.slots.free(slots[1])
    assert taken(stores, "d", limit=2).number == 0
    assert take(stores, "e", limit=2) is None


def test_a_look_shows_who_has_a_session_and_since_when(stores: Stores) -> None:
    taken(stores, "over")
    first = taken(stores, "a", at=30)
    stores.slots.renew(first, after(150))
    later = taken(stores, "b", at=70)
    seen = stores.slots.look("partner", after(80), after(140))
    assert [(each.holder, each.since) for each in seen.held] == [("b", after(70)), ("a", after(30))]
    stores.slots.free(later)
    assert [each.holder for each in stores.slots.look("partner", after(150), after(210)).held] == []
    assert stores.slots.look("other", NOON, after(60)).held == []


def test_whoever_comes_back_late_has_its_session_from_then_on(stores: Stores) -> None:
    taken(stores, "a")
    assert taken(stores, "a", at=59).since == NOON
    assert taken(stores, "a", at=500).since == after(500)


def test_no_more_sessions_are_given_out_than_the_partner_let_in(stores: Stores) -> None:
    taken(stores, "a", limit=5)
    stores.slots.bind(SessionBound("partner", 3, NOON))
    stores.slots.bind(SessionBound("partner", 2, NOON))
    taken(stores, "b", limit=5)
    assert take(stores, "c", limit=5) is None
    assert stores.slots.take("partner", LongLimit(5), "c", NOON, after(60)) is None
    assert stores.slots.line("partner", NOON, after(60)).in_use.most == 2
    assert stores.slots.look("partner", NOON, after(60)).most == 2
    stores.slots.unbind("partner")
    stores.slots.unbind("other")
    assert stores.slots.look("partner", NOON, after(60)).most is None
    assert taken(stores, "c", limit=5)


def test_a_count_that_comes_late_does_not_take_the_place_of_a_later_one(stores: Stores) -> None:
    stores.slots.bind(SessionBound("partner", 3, after(10)))
    stores.slots.bind(SessionBound("partner", 1, after(9)))
    assert stores.slots.look("partner", after(10), after(60)).most == 3
    stores.slots.bind(SessionBound("partner", 2, after(11)))
    assert stores.slots.look("partner", after(11), after(60)).most == 2
    stores.slots.bind(SessionBound("partner", 4, after(-700)))  # the other clock was wrong
    assert stores.slots.look("partner", after(-700), after(60)).most == 4


def test_whoever_lost_its_session_in_its_sleep_comes_back_to_the_line(stores: Stores) -> None:
    taken(stores, "first", limit=5)
    taken(stores, "a", limit=5)
    stores.slots.bind(SessionBound("partner", 1, NOON))
    taken(stores, "b", at=200, limit=5)
    assert take(stores, "a", at=201, limit=5) is None
    assert take(stores, "b", at=201, limit=5)


def test_a_session_that_is_logged_in_is_seen_until_its_slot_is_taken_anew(stores: Stores) -> None:
    slot = stores.slots.renew(replace(taken(stores, "a"), logged_in=True), after(60))
    assert slot.logged_in
    assert [each.logged_in for each in stores.slots.look("partner", NOON, after(60)).held] == [True]
    renewed = stores.slots.renew(slot, after(70))
    assert stores.slots.look("partner", NOON, after(60)).held == [renewed]
    assert not taken(stores, "a").logged_in
