"""Who may come in, and how a session ends."""

from playwright.sync_api import expect

from tests.browser.console import Console, sign_in
from tests.browser.world import World


def test_a_user_signs_in_stays_over_a_reload_and_signs_out(console: Console, world: World) -> None:
    seat = console.seat()
    page = seat.go("/transfers?tab=done")
    sign_in(page, world.ada)
    expect(page.get_by_role("heading", level=1)).to_have_text("Transfers")
    assert page.url.endswith("/transfers?tab=done")

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transfers")

    page.get_by_label(f"Signed in as {world.ada.name}").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
