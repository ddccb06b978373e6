"""Who may come in, and how a session ends."""

import re
from secrets import token_hex

import pytest
from playwright.sync_api import Page, expect

from tests.browser.console import Console, Seat, sign_in
from tests.browser.world import World
from tests.stack.people import EVERYTHING, Person


@pytest.fixture
def newcomer(world: World) -> Person:
    """Nobody else is signed in with that name."""
    return world.running.people.create(f"new-{token_hex(3)}", "user", grants=EVERYTHING)


def is_shown(seat: Seat, title: str) -> None:
    expect(seat.page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_user_signs_in_stays_over_a_reload_and_signs_out(console: Console, world: World) -> None:
    seat = console.seat()
    page = seat.go("/transfers?tab=done")
    seat.rules.expect("status of 401")
    sign_in(page, Person(world.ada.name, "a wrong password"))
    expect(page.get_by_role("alert")).to_contain_text("User or password are not right")
    expect(page.get_by_label("Password")).to_have_value("a wrong password")

    sign_in(page, world.ada)
    is_shown(seat, "Transfers")
    assert page.url.endswith("/transfers?tab=done")

    page.reload()
    is_shown(seat, "Transfers")

    page.get_by_label(f"Signed in as {world.ada.name}").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_a_second_tab_is_signed_in_and_out_with_the_first(
    console: Console, newcomer: Person
) -> None:
    seat = console.seat()
    first = seat.go("/sign-in?to=//elsewhere.example/")
    sign_in(first, newcomer)
    is_shown(seat, "Home")  # never another site that somebody put into a link
    second = first.context.new_page()
    second.goto(f"{seat.console_url}/settings")
    expect(second.get_by_role("heading", level=1)).to_have_text("Settings")

    second.get_by_label(f"Signed in as {newcomer.name}").click()
    second.get_by_role("button", name="Sign out").click()
    # The service tells the first tab, too, and may be quicker than the second one.
    ended = re.compile(r"You are signed out\.|Your session ended\.")
    expect(first.get_by_text(ended)).to_be_visible()


def an_hour_goes_by(page: Page) -> None:
    """With somebody who moves. An access token is not valid any more then."""
    for _ in range(3):
        page.clock.fast_forward("20:00")
        page.keyboard.press("Shift")


def test_a_session_is_renewed_without_a_word_and_when_it_was_ended_leads_to_the_login_and_back(
    console: Console, world: World, newcomer: Person
) -> None:
    """All calls are refused at once then. It is said once, and the place is kept."""
    seat = console.seat()
    page = seat.page
    page.clock.install()
    seat.go("/history?state=all")
    sign_in(page, newcomer)
    is_shown(seat, "History")
    refresh = page.get_by_role("button", name="Refresh")
    with page.expect_response("**/api/refresh") as renewed:
        an_hour_goes_by(page)
        refresh.click()
    assert renewed.value.ok
    expect(page.get_by_text("No rows").first).to_be_visible()

    seat.rules.expect("status of 401")
    world.call(world.boss, "DELETE", f"/api/users/{newcomer.name}/sessions")
    an_hour_goes_by(page)
    refresh.click()
    expect(page.get_by_text("Your session ended.")).to_be_visible()
    sign_in(page, newcomer)
    is_shown(seat, "History")
    assert page.url.endswith("/history?state=all")


def test_somebody_who_does_nothing_is_asked_and_then_signed_out(
    console: Console, newcomer: Person
) -> None:
    seat = console.seat()
    page = seat.page
    page.clock.install()
    seat.go("/settings")
    sign_in(page, newcomer)
    is_shown(seat, "Settings")
    page.clock.fast_forward("29:30")
    question = page.get_by_role("dialog", name="Are you still there?")
    question.get_by_role("button", name="Stay signed in").click()
    expect(question).to_be_hidden()
    page.clock.fast_forward("29:30")
    expect(question).to_be_visible()
    page.clock.fast_forward("01:00")
    expect(page.get_by_text("nothing was done for long")).to_be_visible()
