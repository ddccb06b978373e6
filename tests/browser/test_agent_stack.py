"""The agent's panel with everything behind it: the services, the bus, and a program for a model."""

from playwright.sync_api import Page, WebSocket, expect

from tests.browser.agent_talk import ask, panel
from tests.browser.console import Console
from tests.browser.screens import screens
from tests.browser.test_looks import fits
from tests.browser.world import SECONDS, World
from tests.servers.waiting import wait_for

BESIDE = (1024, 1280, 1440)  # below 56 rem the panel lies over the screen
WATCHED = '"request_id":"c1"'
PROPOSES = '"tool":"propose"'  # a piece of its answer
MARKUP = "agent/<img src=x onerror=alert(1)>\u202egpj.exe"


def comes(page: Page, frames: list[str], text: str) -> None:
    """Events of the page come while it is asked something, and at no other time."""

    def is_there() -> bool:
        page.wait_for_timeout(100)
        return any(text in each for each in frames)

    wait_for(is_there, text, SECONDS)


def test_a_file_is_asked_for_in_words_confirmed_and_arrives(console: Console, world: World) -> None:
    seat = console.signed_in(world.ada, "/settings")
    page = seat.page
    frames: list[str] = []

    def watch(socket: WebSocket) -> None:
        socket.on("framereceived", lambda text: frames.append(str(text)))

    page.on("websocket", watch)
    page.get_by_role("button", name="Agent", exact=True).click()
    with world.slow_line("acme") as (acme, line):
        line.open()
        ask(page, "Which buckets are there?")  # what was never used yet may take seconds
        expect(panel(page).get_by_text("Buckets: ").first).to_be_visible()
        comes(page, frames, WATCHED)
        asked = f"Send reports/2026/Q4.csv to {acme}"
        ask(page, asked)
        card = panel(page).get_by_role("region", name="Proposal")
        expect(card).to_contain_text("reports/2026/Q4.csv")
        expect(card).to_contain_text("Host key")
        comes(page, frames, PROPOSES)
        expect(panel(page).get_by_role("button", name="Send", exact=True)).to_be_visible()
        card.get_by_text("Digest").click()
        digest = card.locator(".agent-proof dd").first.text_content()
        proposal = str(card.locator(".agent-proof a").get_attribute("href"))
        seat.picture("agent-real-proposal", full=False)
        card.get_by_role("button", name="Confirm", exact=True).dblclick()
        expect(card.get_by_text("Confirmed", exact=True)).to_be_visible()
        card.get_by_role("link", name="Open the transfer").click()
        progress = page.get_by_role("region", name="Progress")
        expect(progress.locator(".state")).to_have_text("Completed")
    seat.picture("agent-real-transfer", full=False)
    progress.get_by_role("link", name=proposal.rsplit("/", 1)[-1]).click()
    main = page.get_by_role("main")
    expect(main.get_by_text("Confirmed", exact=True)).to_be_visible()
    expect(main.get_by_role("link", name="Open the transfer")).to_have_count(1)

    looking = console.signed_in(world.aud, proposal).page.get_by_role("main")
    expect(looking.get_by_text(str(digest))).to_be_visible()
    expect(looking.get_by_role("button", name="Confirm")).to_have_count(0)
    looking.get_by_role("link", name="The conversation").click()
    expect(looking.get_by_text(asked)).to_be_visible()


def test_a_hostile_name_of_a_file_is_text_in_what_the_agent_says(
    console: Console, world: World
) -> None:
    world.running.put(MARKUP, b"x")
    page = console.signed_in(world.ada, "/settings").page
    page.get_by_role("button", name="Agent", exact=True).click()
    ask(page, "Which files are there?")
    answer = panel(page).get_by_role("article", name="Agent")
    expect(answer).to_contain_text("<img src=x onerror=alert(1)>")
    expect(panel(page).get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert page.evaluate("() => document.querySelectorAll('img[src=x]').length") == 0
    assert "\u202e" not in page.content()


def test_every_screen_fits_beside_the_panel(console: Console, world: World) -> None:
    seat = console.signed_in(world.boss)
    page = seat.page
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="Agent", exact=True).click()
    wrong = []
    for screen in screens(world):
        screen.settle(seat.go(screen.path))
        expect(panel(page)).to_be_visible()
        for width in BESIDE:
            page.set_viewport_size({"width": width, "height": 900})
            try:
                fits(page, f"{screen.name} at {width} px")
            except AssertionError as error:  # all of them are told at once
                wrong.append(str(error).splitlines()[0])
        seat.picture(f"beside-{screen.name}", full=False)
    assert wrong == []
