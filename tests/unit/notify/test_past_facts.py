"""What is told later than it happened is told as it is by then."""

from services.notify.domain.channel import QuietHours, Rule
from services.notify.domain.quiet import DAYS
from services.notify.domain.showing import view_of
from services.notify.domain.stage import Stage
from services.notify.domain.view import View
from tests.fakes.notify_world import NotifyWorld
from tests.unit.notify.test_hearing import delays
from tests.unit.progress.stories import AnyEvent, Story

TROUBLES = (Rule((Stage.FAILED, Stage.STALLED), digest_minutes=15),)  # of the channel all users get


def told(*events: AnyEvent, quiet: QuietHours | None = None) -> View:
    """The only message, after all events."""
    world = NotifyWorld()
    world.channel(rules=TROUBLES, quiet=quiet)
    world.hear(*events)
    world.settle()
    (arrival,) = world.receivers.arrived
    return view_of(arrival.message, "team")


def test_a_stall_that_is_over_is_not_told_as_if_it_lasted() -> None:
    story = Story()
    stall = [story.started(), *delays(story, 0, 6, 6)]

    assert told(*stall).headline == "Transfer to ACME has stalled"
    over = told(*stall, story.completed())
    assert over.headline == "Transfer to ACME had stalled"
    assert not [each for each in over.sentences if "keeps trying" in each]


def test_nobody_is_asked_to_retry_what_was_retried() -> None:
    story = Story()
    failed = story.failed()
    morning = QuietHours("UTC", "12:00", "13:00", DAYS)

    assert told(failed, quiet=morning).sentences[-1].startswith("It may work later")
    retried = told(failed, story.retried(), story.completed(), quiet=morning)
    assert retried.sentences[-1] == "It was retried since then."


def test_a_pause_leaves_no_rate_to_tell() -> None:
    world, story = NotifyWorld(), Story()
    world.channel()
    world.hear(story.started(), story.paused(), story.resumed(), story.completed())
    world.settle()

    fact = world.receivers.arrived[-1].message.facts[0]
    assert (fact.stage, fact.rate_bytes_per_second) == (Stage.COMPLETED, None)
    assert fact.duration_seconds
