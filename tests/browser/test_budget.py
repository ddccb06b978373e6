"""A user has 100 calls a minute for all that is open. Screens live from the stream."""

from playwright.sync_api import Locator, expect

from tests.browser.console import Console, Seat
from tests.browser.screens import screens
from tests.browser.world import World

OPENING = 14  # calls until a screen has loaded: Home compares today with four days
FOLLOWING = 25  # calls until a transfer that moves for some twelve seconds has ended
FIRST = """() => { const [page] = performance.getEntriesByType("navigation");
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    return [page.domContentLoadedEventEnd, paint?.startTime].map(Math.round); }"""


def test_a_screen_opens_with_few_calls(console: Console, world: World) -> None:
    seat = console.signed_in(world.boss)
    wrong = []
    for screen in screens(world):
        seat.rules.calls.clear()
        screen.settle(seat.go(screen.path))
        calls = [each for each in seat.rules.calls if not each.startswith("OPTIONS")]
        print(screen.name, len(calls), seat.page.evaluate(FIRST))
        if len(calls) > OPENING:
            wrong.append((screen.name, calls))
    assert wrong == [], [text for name, calls in wrong for text in (name, *calls)]


def test_a_transfer_is_followed_with_few_calls(console: Console, world: World) -> None:
    """In three windows at once. The queue and Home know of it by the stream alone."""
    with world.moving(world.ada) as (moving, _):
        paths = ("/", "/transfers", f"/transfers/{moving}")
        home, queue, one = seats = [console.signed_in(world.ada, path) for path in paths]
        expect(queue.page.locator(f'[data-row="{moving}"]')).to_be_visible()
        expect(home.page.get_by_role("region", name="Moving now")).to_contain_text("slow.bin")
        for seat in seats:
            seat.rules.calls.clear()
        expect(state_of(one)).to_have_text("Completed")
        expect(home.page.get_by_text("Nothing moves just now.")).to_be_visible()
        expect(queue.page.locator(f'[data-row="{moving}"]')).to_be_hidden()
    for path, seat in zip(paths, seats, strict=True):
        calls = [each for each in seat.rules.calls if not each.startswith("OPTIONS")]
        print(path, len(calls))
        assert len(calls) <= FOLLOWING, calls


def state_of(seat: Seat) -> Locator:
    return seat.page.get_by_role("region", name="Progress").locator(".state")
