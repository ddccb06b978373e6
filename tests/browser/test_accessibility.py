"""Nobody is kept out: axe finds nothing serious on any screen, and a keyboard is enough."""

from secrets import token_hex

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.console import Console, Theme
from tests.browser.screens import SIGN_IN, Screen, screens
from tests.browser.world import World

THEMES: tuple[Theme, ...] = ("light", "dark")
SERIOUS = {"serious", "critical"}
MOST_STOPS = 150  # of Tab, from one end of a page to the other


def findings(page: Page, screen: Screen) -> list[str]:
    found = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        for each in Axe().run(page).response["violations"]:
            if each["impact"] in SERIOUS:
                where = [str(node["target"]) for node in each["nodes"][:3]]
                found.append(f"{screen.name}, {theme}: {each['id']} {where}")
    return found


def test_axe_finds_nothing_serious_on_any_screen(console: Console, world: World) -> None:
    seat = console.seat()
    seat.page.emulate_media(reduced_motion="reduce")
    SIGN_IN.settle(seat.go(SIGN_IN.path))
    found = findings(seat.page, SIGN_IN)
    seat = console.signed_in(world.boss)
    seat.page.emulate_media(reduced_motion="reduce")
    for screen in screens(world):
        screen.settle(seat.go(screen.path))
        found += findings(seat.page, screen)
    assert found == []


def walk_to(page: Page, target: Locator) -> None:
    """By Tab alone. Whatever has the focus shows it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("each => each === document.activeElement"):
            shown = target.evaluate(
                "each => { const s = getComputedStyle(each);"
                " return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"
            )
            assert shown, f"{target} has the focus and does not show it"
            return
    raise AssertionError(f"Tab does not lead to {target}")


def choose(page: Page, dialog: Locator, destination: str) -> None:
    """Tab leads to the group, and arrows within it."""
    walk_to(page, dialog.get_by_role("radio").first)
    page.keyboard.press("Space")
    wanted = dialog.get_by_role("radio", name=destination)
    for _ in range(dialog.get_by_role("radio").count()):
        if wanted.is_checked():
            return
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_checked()


def test_a_keyboard_signs_in_sends_and_pauses(console: Console, world: World) -> None:
    target = f"by-keyboard-{token_hex(3)}.bin"
    with world.slow_line() as (slow, _):
        page = console.seat().go("/")
        walk_to(page, page.get_by_label("User"))
        page.keyboard.type(world.ada.name)
        page.keyboard.press("Tab")
        page.keyboard.type(world.ada.password)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_be_focused()

        page.keyboard.press("n")
        dialog = page.get_by_role("dialog", name="Send files")
        expect(dialog.get_by_label("Bucket")).to_be_focused()
        expect(dialog.get_by_role("option", name="outgoing")).to_be_attached()
        page.keyboard.type("outgoing")
        folder = dialog.get_by_role("button", name="big", exact=True)
        expect(folder).to_be_visible()
        walk_to(page, folder)
        page.keyboard.press("Enter")
        file = dialog.get_by_role("checkbox", name="slow.bin")
        expect(file).to_be_visible()
        walk_to(page, file)
        page.keyboard.press("Space")
        choose(page, dialog, slow)
        walk_to(page, dialog.get_by_label("Name at the partner"))
        page.keyboard.type(target)
        walk_to(page, dialog.get_by_role("button", name="Send", exact=True))
        page.keyboard.press("Enter")

        progress = page.get_by_role("region", name="Progress")
        expect(progress.locator(".state")).to_have_text("Moving")
        walk_to(page, page.get_by_role("button", name="Pause", exact=True))
        page.keyboard.press("Enter")
        expect(progress.locator(".state")).to_have_text("Paused")
        walk_to(page, page.get_by_role("button", name="Cancel", exact=True))
        page.keyboard.press("Enter")
        question = page.get_by_role("dialog", name="Cancel this transfer?")
        walk_to(page, question.get_by_role("button", name="Cancel the transfer"))
        page.keyboard.press("Enter")
        expect(progress.locator(".state")).to_have_text("Cancelled")


def test_a_reader_hears_states_and_tenths_and_not_every_tick(
    console: Console, world: World
) -> None:
    collect = """() => { const heard = window.heard = [];
        const region = document.querySelector(".unseen[role=status]");
        new MutationObserver(() => heard.push(region.textContent)).observe(
            region, {childList: true, characterData: true, subtree: true}); }"""
    with world.moving(world.ada) as (moving, _):
        page = console.signed_in(world.ada, f"/transfers/{moving}").page
        expect(page.get_by_role("region", name="Progress")).to_be_visible()
        page.evaluate(collect)
        expect(page.get_by_role("region", name="Progress").locator(".state")).to_have_text(
            "Completed", timeout=120_000
        )
        expect(page.locator(".unseen[role=status]").last).to_contain_text("completed")
    heard = page.evaluate("() => window.heard")
    assert 2 <= len(heard) <= 16, heard
