"""Every screen in both themes and in every width, with pictures of each."""

from playwright.sync_api import Page, expect

from tests.browser.console import Console, Seat, Theme
from tests.browser.screens import SIGN_IN, Screen, screens
from tests.browser.world import World

THEMES: tuple[Theme, ...] = ("light", "dark")
PICTURED = (360, 1440)
WIDTHS = (360, 720, 768, 1440, 2560)  # 720 is 1440 at 200 %
HEIGHT = 900
OVERFLOW = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""
GROUND = "() => getComputedStyle(document.body).backgroundColor"


def fits(page: Page, what: str) -> None:
    assert page.evaluate(OVERFLOW) <= 0, f"{what} scrolls sideways"


def look_at(seat: Seat, screen: Screen) -> None:
    page = seat.go(screen.path)
    screen.settle(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        fits(page, f"{screen.name} at {width} px")
    grounds = set()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        grounds.add(page.evaluate(GROUND))
        for width in PICTURED:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            seat.picture(f"{screen.name}-{theme}-{width}")
    assert len(grounds) == len(THEMES)


def test_every_screen_fits_and_is_light_and_dark(console: Console, world: World) -> None:
    seat = console.seat()
    look_at(seat, SIGN_IN)
    seat = console.signed_in(world.boss)
    seat.page.emulate_media(reduced_motion="reduce")
    wrong = []
    for screen in screens(world):
        try:
            look_at(seat, screen)
        except AssertionError as error:  # all of them are told at once
            wrong.append(f"{screen.name}: {str(error).splitlines()[0]}")
    assert wrong == []


def test_the_theme_and_the_zone_are_chosen_and_kept(console: Console, world: World) -> None:
    seat = console.signed_in(world.ada, "/settings", theme="light")
    page = seat.page
    page.get_by_label("Dark").check()
    page.get_by_label("UTC").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_text("Now: ")).to_contain_text("UTC")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_label("UTC")).to_be_checked()


def test_shortcuts_can_be_switched_off(console: Console, world: World) -> None:
    page = console.signed_in(world.ada, "/settings").page
    page.get_by_label("Single keys are shortcuts").uncheck()
    page.get_by_role("heading", level=1).focus()
    page.keyboard.press("y")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", level=1)).to_have_text("Settings")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.get_by_label("Single keys are shortcuts").check()
    page.get_by_role("heading", level=1).focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    expect(page.get_by_role("heading", level=1)).to_have_text("History")
