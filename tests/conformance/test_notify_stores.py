"""What every backend of notify's stores keeps, and what it refuses."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from kernel.caller import Role
from kernel.outbox import OutboxEvent
from services.notify.domain.channel import Channel, Kind, Rule, Whose
from services.notify.domain.delivery import Added, Append, Delivery, Entry, Once, Thread
from services.notify.domain.errors import TooManyChannels
from services.notify.domain.known_transfer import KnownTransfer, News, NewsKey, SeenTicket, Streak
from services.notify.domain.message import Fact, TicketRef, Trouble
from services.notify.domain.notification import Failure, Notification
from services.notify.domain.nudge import Send, Spread
from services.notify.domain.stage import Stage
from services.notify.domain.user import User
from tests.conformance.notify_stores import BACKENDS, NotifyStores, notify_stores
from tests.unit.progress.stories import NOON

HOUR = timedelta(hours=1)
FACT = Fact(
    "t-1",
    Stage.FAILED,
    NOON,
    "jane",
    "outgoing",
    "a/b.bin",
    "acme",
    "ACME",
    "b.bin",
    duration_seconds=1.5,
    trouble=Trouble("no_space", "The disk is full.", True),
)
NEWS = News(FACT, NOON, "c-1", "e-1")
ALONE = Notification(
    "n-1", "team", Kind.TEAMS, None, NOON, NOON, stages=(Stage.FAILED,), transfer_id="t-1"
)
DELIVERY = Delivery(NEWS.key, "team", "n-1")
ONCE = Once("team", "failed acme", NOON, NOON + HOUR, NEWS.key)


@pytest.fixture(params=BACKENDS)
def stores(request: pytest.FixtureRequest) -> Iterator[NotifyStores]:
    with notify_stores(request.param) as opened:
        yield opened


def a_channel(channel_id: str, owner: str | None = None, whose: Whose = Whose.MINE) -> Channel:
    rules = (Rule((Stage.FAILED,)),)
    return Channel(channel_id, channel_id, Kind.EMAIL, owner, whose, rules, NOON, NOON)


def append(number: int, opens: str = "n-9", at: int = 0) -> Append:
    key = NewsKey(f"t-{number}", 1, Stage.COMPLETED)
    opened = replace(
        ALONE,
        id=opens,
        stages=(Stage.COMPLETED,),
        transfer_id=None,
        group="digest-5",
        open=True,
        due_at=NOON + HOUR,
    )
    entry = Entry(key, NOON + timedelta(minutes=at), "acme", "ACME")
    return Append(opened, key, entry, NOON)


# --- users and channels -----------------------------------------------------------------------


def test_a_user_is_stored_in_the_place_of_what_was_read(stores: NotifyStores) -> None:
    user = User("jane", "Jane", "j@example.com", ("acme",), (Role.USER, Role.ADMIN), sequence=4)

    assert stores.users.store(user, None)
    stored = stores.users.read("jane")
    assert stored == replace(user, version=1)
    assert not stores.users.store(user, None)
    assert stores.users.store(replace(user, locked=True), stored)
    assert not stores.users.store(user, stored)
    assert set(stores.users.read_many(["jane", "bob", "jane"])) == {"jane"}


def test_a_first_channel_comes_with_its_user(stores: NotifyStores) -> None:
    user = User("jane", had_channel=True)

    assert stores.users.store(user, None, a_channel("mine", "jane"))
    assert stores.channels.read("mine") == a_channel("mine", "jane")


def test_a_first_channel_whose_id_is_taken_is_left_out(stores: NotifyStores) -> None:
    stores.channels.create(a_channel("mine", "bob"), 9)

    assert stores.users.store(User("jane", had_channel=True), None, a_channel("mine", "jane"))
    found = stores.channels.read("mine")
    assert found == a_channel("mine", "bob")
    assert stores.users.read("jane") is not None


def test_all_channels_that_a_transfer_concerns_are_found_by_pages(stores: NotifyStores) -> None:
    for number in range(3):
        stores.channels.create(a_channel(f"team-{number}"), 9)
    stores.channels.create(a_channel("olgas", "olga", Whose.ALL), 9)
    stores.channels.create(a_channel("janes-b", "jane"), 9)
    stores.channels.create(a_channel("janes-a", "jane"), 9)
    stores.channels.create(a_channel("bobs", "bob"), 9)

    found: list[str] = []
    after: str | None = None
    while page := stores.channels.concerned("jane", after, 2):
        found += [each.id for each in page]
        after = page[-1].place

    assert found == ["janes-a", "janes-b", "olgas", "team-0", "team-1", "team-2"]


# --- transfers and news --------------------------------------------------------------------------


def test_a_transfer_is_stored_with_its_news(stores: NotifyStores) -> None:
    streak = Streak(NOON, 3, NOON + HOUR, 5, None)
    ticket = SeenTicket(TicketRef("user", "INC1", "https://x"), NOON)
    known = KnownTransfer("t-1", "jane", 1, 5, streak=streak, tickets=(ticket,), seen_at=NOON)

    assert stores.transfers.store(known, None, NEWS)
    assert stores.transfers.read("t-1") == replace(known, version=1)
    assert stores.news.read(NEWS.key) == NEWS
    assert not stores.transfers.store(known, None)


def test_news_that_are_known_are_not_written_again(stores: NotifyStores) -> None:
    known = KnownTransfer("t-1", "jane", seen_at=NOON)
    stores.transfers.store(known, None, NEWS)
    stores.news.save(replace(NEWS, spread=True))
    before = stores.transfers.read("t-1")

    assert stores.transfers.store(replace(known, run=2), before, NEWS)
    found = stores.news.read(NEWS.key)
    assert found == replace(NEWS, spread=True, version=1)
    after = stores.transfers.read("t-1")
    assert after == replace(known, run=2, version=2)


def test_news_are_saved_by_one_of_two(stores: NotifyStores) -> None:
    stores.transfers.store(KnownTransfer("t-1", seen_at=NOON), None, NEWS)

    assert stores.news.save(replace(NEWS, spread_to="1#team"))
    assert not stores.news.save(replace(NEWS, spread=True))
    missing = NewsKey("t-2", 1, Stage.FAILED)
    assert [each.key for each in stores.news.read_many([NEWS.key, missing, NEWS.key])] == [NEWS.key]


# --- notifications -------------------------------------------------------------------------------


def test_a_fact_has_one_notification_in_a_channel(stores: NotifyStores) -> None:
    other = replace(ALONE, id="n-2")

    assert stores.notifications.add(ALONE, DELIVERY) is Added.ADDED
    assert stores.notifications.add(other, replace(DELIVERY, notification_id="n-2")) is Added.KNOWN
    assert stores.notifications.add(ALONE, None) is Added.KNOWN
    assert stores.notifications.read("n-1") == ALONE
    assert stores.notifications.read("n-2") is None
    assert stores.notifications.told_in("t-1", "team") == [NEWS.key]
    assert stores.notifications.told_in("t-1", "tea") == []


def test_what_is_told_once_is_marked_with_it(stores: NotifyStores) -> None:
    second = replace(ALONE, id="n-2", transfer_id="t-2")
    delivery = Delivery(NewsKey("t-2", 1, Stage.FAILED), "team", "n-2")
    later = replace(ONCE, now=NOON + HOUR, until=NOON + 2 * HOUR)

    assert stores.notifications.add(ALONE, DELIVERY, ONCE) is Added.ADDED
    assert stores.notifications.add(ALONE, DELIVERY, ONCE) is Added.KNOWN
    assert stores.notifications.add(second, delivery, ONCE) is Added.NOT_FIRST
    assert stores.notifications.read("n-2") is None
    assert stores.notifications.add(second, delivery, later) is Added.ADDED


def test_a_channel_that_its_owner_got_does_not_count(stores: NotifyStores) -> None:
    given = a_channel("mail-jane-1", "jane")
    assert stores.users.store(User("jane"), None, given)
    for name in ("a", "b"):
        stores.channels.create(a_channel(name, "jane"), 2)
        stores.channels.remove(given)
    with pytest.raises(TooManyChannels):
        stores.channels.create(a_channel("c", "jane"), 2)


def test_a_mark_is_extended_and_counted_by_one(stores: NotifyStores) -> None:
    stores.marks.extend(ONCE)  # there is none
    assert not stores.marks.count(ONCE, "n-9")
    stores.notifications.add(ALONE, DELIVERY, ONCE)
    stores.marks.extend(replace(ONCE, until=NOON + 3 * HOUR))
    stores.marks.extend(replace(ONCE, until=NOON + 2 * HOUR))

    second = replace(ALONE, id="n-2")
    again = replace(ONCE, now=NOON + 2 * HOUR, until=NOON + 4 * HOUR)
    assert stores.notifications.add(second, None, again) is Added.NOT_FIRST
    before = replace(ONCE, now=NOON - HOUR, until=NOON - HOUR)
    after = replace(ONCE, now=NOON + 4 * HOUR, until=NOON + 5 * HOUR)
    for other in (before, after):
        assert stores.marks.count(other, "n-9") is None
    assert stores.marks.count(ONCE, "n-9") == DELIVERY.news
    assert stores.marks.count(ONCE, "n-9") == DELIVERY.news
    assert stores.marks.count(ONCE, "n-8") is None


def test_an_open_notification_collects_until_it_is_closed(stores: NotifyStores) -> None:
    told = stores.notifications
    assert told.append(append(1, at=5))
    assert told.append(append(2, opens="n-8", at=2))
    assert not told.append(append(2, opens="n-7"))
    opened = told.read("n-9")
    assert opened is not None
    assert (opened.events, opened.stages) == (2, (Stage.COMPLETED,))
    assert told.waiting("team", NOON, 1_000) == 2
    assert told.waiting("team", NOON + HOUR, 1_000) == 0
    assert told.waiting("team", NOON, 1) == 1

    assert told.save(opened.closed()) is not None
    assert told.append(append(3, opens="n-6"))

    assert [each.news.transfer_id for each in told.entries("n-9")] == ["t-2", "t-1"]
    assert [each.news.transfer_id for each in told.entries("n-6")] == ["t-3"]
    assert told.read("n-8") is None


def test_a_channel_that_got_a_used_id_begins_its_own_notification(stores: NotifyStores) -> None:
    told = stores.notifications
    assert told.append(append(1))
    later = replace(append(2, opens="n-8"), channel_since=NOON + HOUR)
    opens = replace(later.opens, created_at=NOON + HOUR, due_at=NOON + 3 * HOUR)
    assert told.append(replace(later, opens=opens))
    soon = replace(later, opens=replace(opens, id="n-7", due_at=NOON + 2 * HOUR))
    key = NewsKey("t-3", 1, Stage.COMPLETED)
    assert told.append(replace(soon, news=key, entry=replace(soon.entry, news=key)))

    opened = told.read("n-8")
    assert opened is not None
    assert (opened.events, opened.due_at) == (2, NOON + 2 * HOUR)
    assert [each.news.transfer_id for each in told.entries("n-9")] == ["t-1"]


def test_one_of_two_changes_a_notification(stores: NotifyStores) -> None:
    stores.notifications.add(ALONE, DELIVERY)
    begun = stores.notifications.save(ALONE.sending(NOON, NOON + HOUR))
    assert begun is not None

    assert stores.notifications.save(ALONE.sending(NOON, NOON + HOUR)) is None
    failed = begun.failed(Failure("gone", "It is gone."))
    event = OutboxEvent("e-1", "NotificationFailed.v1", "{}")
    saved = stores.notifications.save(failed, [event])
    assert saved == stores.notifications.read("n-1")
    assert stores.notifications.waiting("team", NOON, 10) == 0


def test_the_notifications_of_a_transfer_are_found(stores: NotifyStores) -> None:
    for channel in ("a", "b", "c"):
        named = replace(ALONE, id=f"n-{channel}", channel_id=channel)
        stores.notifications.add(named, Delivery(NEWS.key, channel, named.id))

    found = stores.notifications.of_transfer("t-1", 2)
    assert [each.id for each in found] == ["n-a", "n-b"]
    assert list(stores.notifications.of_transfer("t-2", 9)) == []


def test_what_is_due_is_found_oldest_first(stores: NotifyStores) -> None:
    known = KnownTransfer("t-1", seen_at=NOON)
    stores.transfers.store(known, None, replace(NEWS, due_at=NOON + timedelta(minutes=2)))
    stores.notifications.add(ALONE, DELIVERY)
    stores.notifications.append(append(1))  # in an hour
    over = replace(ALONE, id="n-3").sent(NOON)
    stores.notifications.add(over, None)

    assert list(stores.due_list.due(NOON)) == [Send("n-1")]
    later = [Send("n-1"), Spread("t-1", 1, Stage.FAILED), Send("n-9")]
    assert list(stores.due_list.due(NOON + HOUR)) == later


# --- threads -------------------------------------------------------------------------------------


def test_one_at_a_time_holds_a_thread(stores: NotifyStores) -> None:
    thread = Thread("t-1", "team")
    minute = timedelta(minutes=1)

    assert stores.threads.take(thread, "a", NOON, NOON + minute) == thread
    assert stores.threads.take(thread, "b", NOON, NOON + minute) is None
    shown = replace(thread, reference="C1/1", run=2, rank=3)
    stores.threads.give_back(shown, "a")
    assert stores.threads.take(thread, "b", NOON, NOON + minute) == shown


def test_a_hold_that_is_over_is_somebody_elses(stores: NotifyStores) -> None:
    thread = Thread("t-1", "team")
    stores.threads.take(thread, "a", NOON, NOON + HOUR)

    assert stores.threads.take(thread, "b", NOON + HOUR, NOON + 2 * HOUR) == thread
    stores.threads.give_back(replace(thread, reference="late"), "a")
    assert stores.threads.take(thread, "b", NOON + HOUR, NOON + 2 * HOUR) == thread
