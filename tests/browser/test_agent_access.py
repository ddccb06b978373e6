"""The agent's panel for a keyboard, a reader, a phone, and in both themes."""

import threading

from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.agent_desk import AgentDesk
from tests.browser.agent_talk import ask, panel
from tests.browser.console import Seat
from tests.browser.screens import Screen
from tests.browser.test_accessibility import findings, walk_to
from tests.browser.test_looks import GROUND, THEMES, WIDTHS, fits
from tests.doubles.agent_turns import Turn, proposal
from tests.doubles.live_state import LiveState, transfer

PHONE: ViewportSize = {"width": 390, "height": 844}
TALL = 900
PICTURED = (390, 768, 1440)


def looked_at(seat: Seat, name: str) -> list[str]:
    """In every width and both themes, with pictures. Returns what axe finds."""
    page = seat.page
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": TALL})
        fits(page, f"{name} at {width} px")
    grounds = set()
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        grounds.add(page.evaluate(GROUND))
        for width in PICTURED:
            page.set_viewport_size({"width": width, "height": TALL})
            seat.picture(f"{name}-{theme}-{width}", full=False)
    assert len(grounds) == len(THEMES)
    return findings(page, Screen(name, "", ""))


def test_every_state_of_the_panel_fits_and_axe_finds_nothing(at_desk: AgentDesk) -> None:
    at_desk.double.add(LiveState(transfer("tra-1", owner="ada.lovelace")))
    seat = at_desk.seat("/transfers/tra-1")
    page = seat.page
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="Agent", exact=True).click()
    expect(panel(page).get_by_text("you confirm")).to_be_visible()
    found = looked_at(seat, "agent-new")
    turn = Turn(
        "It is there. Confirm the proposal.",
        pieces=(("It is there. ", None), ("Conf", "list_files")),
        looked_at=("list_files",),
        proposes=proposal(),
        gate=threading.Event(),
    )
    at_desk.agent.turns.append(turn)
    ask(page, "Send it.")
    expect(panel(page).get_by_text("Looks at files")).to_be_visible()
    found += looked_at(seat, "agent-writes")
    assert turn.gate
    turn.gate.set()
    expect(panel(page).get_by_role("button", name="Confirm", exact=True)).to_be_visible()
    panel(page).get_by_text("Digest").click()
    found += looked_at(seat, "agent-proposal-open")
    panel(page).get_by_role("button", name="Conversations").click()
    expect(panel(page).get_by_role("button", name="Send it.")).to_be_visible()
    found += looked_at(seat, "agent-history")
    seat.go("/agent/proposals/prop-1")
    expect(page.get_by_role("main").get_by_text("SHA-256")).to_be_visible()
    found += looked_at(seat, "agent-proposal-page")
    assert found == []


def test_a_keyboard_asks_and_confirms_and_goes_back(at_desk: AgentDesk) -> None:
    at_desk.double.add(LiveState(transfer("tra-1", owner="ada.lovelace")))
    page = at_desk.seat().page
    page.get_by_role("heading", level=1).focus()
    page.keyboard.press("a")
    field = panel(page).get_by_label("Message to the agent")
    expect(field).to_be_focused()
    at_desk.agent.turns.append(Turn("Here it is.", proposes=proposal()))
    page.keyboard.type("Send a")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("to acme")
    page.keyboard.press("Enter")
    confirm = panel(page).get_by_role("button", name="Confirm", exact=True)
    expect(confirm).to_be_visible()
    expect(field).to_be_focused()
    assert at_desk.agent.messages["conv-1"][0].text == "Send a\nto acme"
    page.keyboard.press("Enter")  # what would be a second press confirms nothing
    page.keyboard.press("Escape")
    expect(panel(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Agent", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    assert at_desk.agent.decided == []
    expect(confirm).to_be_enabled()  # it rests for a moment after it came
    back_to(page, confirm)
    page.keyboard.press("Enter")
    expect(panel(page).get_by_text("Confirmed")).to_be_visible()
    walk_to(page, panel(page).get_by_role("link", name="Open the transfer"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Progress")).to_be_visible()


def back_to(page: Page, target: Locator) -> None:
    """The card stands before the field."""
    for _ in range(10):
        page.keyboard.press("Shift+Tab")
        if target.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError("Shift and Tab do not lead to it")


def test_on_a_phone_what_is_behind_the_panel_cannot_be_reached(at_desk: AgentDesk) -> None:
    seat = at_desk.seat(viewport=PHONE)
    page = seat.page
    page.get_by_role("button", name="Agent", exact=True).click()
    expect(panel(page).get_by_label("Message to the agent")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        inside = page.evaluate(
            "() => document.activeElement === document.body ||"
            " !!document.activeElement.closest('.agent')"
        )
        assert inside, page.evaluate("() => document.activeElement.outerHTML")
    panel(page).get_by_role("button", name="Close the agent").click()
    page.get_by_role("link", name="Transfers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transfers")
    page.get_by_role("button", name="Agent", exact=True).click()
    at_desk.agent.turns.append(Turn("Here it is.", proposes=proposal(state="confirmed")))
    ask(page, "Send it.")
    panel(page).get_by_text("Digest").click()
    panel(page).get_by_role("link", name="prop-1").click()
    expect(panel(page)).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()
    expect(page.get_by_role("main").get_by_text("SHA-256")).to_be_visible()


def test_a_reader_hears_each_sentence_once(at_desk: AgentDesk) -> None:
    page = at_desk.seat().page
    page.get_by_role("button", name="Agent", exact=True).click()
    page.evaluate(
        """() => { window.heard = []; new MutationObserver((changes) => {
            for (const change of changes) for (const node of change.addedNodes) {
                if (node.nodeType !== 1) continue;
                const told = change.target.closest?.("[role=log]")
                    ? [node] : node.querySelectorAll("[role=log] > span");
                for (const each of told) window.heard.push(each.textContent.trim());
            } }).observe(document.body, {childList: true, subtree: true});
            const said = document.querySelector(".unseen[aria-live=polite]");
            new MutationObserver(() => window.heard.push(said.textContent.trim()))
                .observe(said, {childList: true, characterData: true, subtree: true}); }"""
    )
    pieces = (("One is", None), (" there. Two", None), (" are", None), (" not. The", None))
    turn = Turn("One is there. Two are not. The rest.", pieces=pieces, gate=threading.Event())
    at_desk.agent.turns.append(turn)
    ask(page, "What is there?")
    expect(panel(page).get_by_role("log")).to_have_text("One is there. Two are not.")
    assert turn.gate
    turn.gate.set()
    expect(panel(page).get_by_text("Two are not. The rest.")).to_be_visible()
    assert page.evaluate("() => window.heard.filter(Boolean)") == [
        "One is there.",
        "Two are not.",
        "The rest.",
    ]


def test_a_message_is_counted_and_one_that_is_too_long_stays(at_desk: AgentDesk) -> None:
    page = at_desk.seat().page
    page.get_by_role("button", name="Agent", exact=True).click()
    field = panel(page).get_by_label("Message to the agent")
    field.fill("\U0001f600" * 4_001)
    expect(panel(page).get_by_text("4,001 of 4,000 characters")).to_be_visible()
    expect(panel(page).get_by_role("button", name="Send", exact=True)).to_be_disabled()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.press("Enter")
    assert at_desk.agent.counts["POST conversations messages"] == 0
    expect(field).to_have_value("\U0001f600" * 4_001)
