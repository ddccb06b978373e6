"""Microsoft Teams is connected with the account, and disconnected, on the account's page."""

from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from tests.browser.agent_desk import AgentDesk
from tests.browser.test_agent_access import looked_at

ACCOUNT = "/settings?tab=account"
EVIL = "<b>Ada</b>\u202e\n"


def card(page: Page) -> Locator:
    return page.locator("section.card").filter(
        has=page.get_by_role("heading", name="Microsoft Teams")
    )


def press(page: Page, name: str) -> None:
    card(page).get_by_role("button", name=name, exact=True).click()


def test_where_there_is_no_teams_nothing_is_said_of_it(at_desk: AgentDesk) -> None:
    page = at_desk.seat(ACCOUNT).page
    expect(page.get_by_role("heading", name="What you may send")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert at_desk.agent.counts["GET teams"] == 1
    expect(card(page)).to_have_count(0)


def test_a_code_is_shown_until_the_bot_got_it_and_a_link_is_taken_away(at_desk: AgentDesk) -> None:
    teams = at_desk.agent.teams
    teams.is_on = True
    seat = at_desk.seat(ACCOUNT)
    page = seat.page
    found = looked_at(seat, "teams-not-connected")
    press(page, "Connect Microsoft Teams")
    expect(card(page).get_by_text("CODE1-")).to_be_visible()
    expect(card(page).get_by_role("timer")).to_contain_text("4 min")
    found += looked_at(seat, "teams-code")
    press(page, "Make a new code")
    expect(card(page).get_by_text("CODE2-")).to_be_visible()
    expect(card(page).get_by_text("CODE1-")).to_have_count(0)
    teams.connect(EVIL)
    expect(page.get_by_text("Microsoft Teams is connected.").last).to_be_visible()
    expect(card(page).get_by_text("CODE2-")).to_have_count(0)
    expect(card(page).locator("bdi")).to_have_text("<b>Ada</b><U+202E><U+000A>")
    found += looked_at(seat, "teams-connected")
    press(page, "Disconnect")
    expect(card(page).get_by_role("button", name="Disconnect")).to_have_count(0)
    assert teams.links == ()
    assert found == []


def test_a_code_whose_time_is_over_is_taken_away(at_desk: AgentDesk) -> None:
    teams = at_desk.agent.teams
    teams.is_on, teams.code_time = True, timedelta(seconds=2)
    teams.connect("Ada", state="ended")
    page = at_desk.seat(ACCOUNT).page
    expect(card(page).get_by_text("Its session is over. Connect again.")).to_be_visible()
    press(page, "Connect Microsoft Teams")
    expect(card(page).get_by_text("The time of the code is over.")).to_be_visible()
    expect(card(page).get_by_text("CODE1-")).to_have_count(0)
