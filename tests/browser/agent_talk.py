"""How people talk to the agent in its panel, and what the double answers."""

import threading

from playwright.sync_api import Locator, Page, expect

from tests.browser.agent_desk import AgentDesk
from tests.doubles.agent_turns import Turn, proposal

QUESTION = "Send yesterday's export to ACME and tell me when it is there"
FOUND = "I found Q3.csv (1.2 MB), written yesterday at 18:02.\n"
ANSWER = FOUND + "ACME Corp. takes it as in/Q3.csv. Confirm the proposal below."
LOOKS = ("list_files", "destination_details", "propose")


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Agent")


def ask(page: Page, text: str) -> None:
    field = panel(page).get_by_label("Message to the agent")
    field.fill(text)
    field.press("Enter")


def press(page: Page, name: str) -> None:
    panel(page).get_by_role("button", name=name, exact=True).click()


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="Proposal").last


def asked(at_desk: AgentDesk, page: Page, turn: Turn, text: str = QUESTION) -> Turn:
    """The panel is opened by its key where it is not open yet."""
    at_desk.agent.turns.append(turn)
    if not panel(page).is_visible():
        page.get_by_role("heading", level=1).focus()
        page.keyboard.press("a")
    ask(page, text)
    return turn


def proposed(at_desk: AgentDesk, page: Page) -> None:
    asked(at_desk, page, Turn(ANSWER, looked_at=LOOKS, proposes=proposal()))
    expect(card(page)).to_be_visible()


def held(*pieces: tuple[str, str | None], text: str = ANSWER) -> Turn:
    return Turn(text, pieces=pieces, looked_at=LOOKS, gate=threading.Event())


def opened(turn: Turn) -> None:
    assert turn.gate
    turn.gate.set()
