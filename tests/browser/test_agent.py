"""The agent's panel: asked, watched, stopped, found again."""

import threading

from playwright.sync_api import expect

from contracts.transfer_events import Origin
from tests.browser.agent_desk import AgentDesk
from tests.browser.agent_talk import (
    FOUND,
    QUESTION,
    asked,
    card,
    held,
    opened,
    panel,
    press,
    proposed,
)
from tests.doubles.agent_turns import Turn, proposal
from tests.doubles.live_state import LiveState, transfer
from tests.servers.waiting import wait_for


def test_an_answer_streams_and_what_it_proposes_is_confirmed_once(at_desk: AgentDesk) -> None:
    seat = at_desk.seat()
    page = seat.page
    at_desk.agent.begin()  # an older conversation, which is over
    turn = held(("", "list_files"), (FOUND, None), ("ACME Corp. ta", "destination_details"))
    turn.proposes = proposal()
    asked(at_desk, page, turn)
    expect(panel(page).get_by_text("Looks at a partner's details")).to_be_visible()
    expect(panel(page).get_by_role("log")).to_have_text(f"{FOUND}ACME Corp.")  # no half word
    expect(panel(page).get_by_role("article", name="You")).to_contain_text(QUESTION)
    seat.picture("agent-streaming", full=False)
    opened(turn)
    expect(panel(page).get_by_text("Looked at files, a partner's details.")).to_be_visible()
    for text in ("ACME Corp. (acme), in/Q3.csv", "about 42 s (30 s to 1 min 15 s", "no free space"):
        expect(card(page)).to_contain_text(text)
    expect(card(page).get_by_role("timer")).to_contain_text("14 min")
    expect(panel(page).get_by_text("199,000 tokens left today")).to_be_visible()
    at_desk.agent.decision_gate = threading.Event()
    confirm = card(page).get_by_role("button", name="Confirm", exact=True)
    confirm.dblclick()
    expect(confirm).to_have_attribute("aria-busy", "true")
    at_desk.agent.decision_gate.set()
    expect(card(page).get_by_text("Confirmed")).to_be_visible()
    assert at_desk.agent.decided == [("confirm", proposal().digest)]
    link = card(page).get_by_role("link", name="Open the transfer")
    expect(link).to_have_attribute("href", "/transfers/tra-1")
    seat.picture("agent-confirmed", full=False)
    at_desk.double.add(LiveState(transfer("tra-1", owner="ada.lovelace")))
    digest = proposal().digest
    at_desk.double.origins["tra-1"] = Origin(
        conversation_id="conv-2", proposal_id="prop-1", digest=digest
    )
    link.click()
    progress = page.get_by_role("region", name="Progress")
    expect(card(page).get_by_text("Confirmed")).to_be_visible()  # the panel stays
    progress.get_by_role("link", name="prop-1").click()
    expect(page.get_by_role("main").get_by_text(digest)).to_be_visible()
    assert len(dict(at_desk.agent.keys)) == len(at_desk.agent.keys) == 2


def test_the_newest_is_in_view_unless_one_has_scrolled_away(at_desk: AgentDesk) -> None:
    seat = at_desk.seat()
    page = seat.page
    proposed(at_desk, page)
    decide = card(page).get_by_role("button", name="Confirm", exact=True)
    expect(decide).to_be_in_viewport()
    page.set_viewport_size({"width": 1440, "height": 600})
    page.reload()
    expect(decide).to_be_in_viewport()  # the card is read after the messages
    messages = panel(page).get_by_role("group", name="Messages")
    messages.hover()
    page.mouse.wheel(0, -2_000)
    expect(decide).not_to_be_in_viewport()
    turn = asked(
        at_desk, page, held(("One. " * 300, None), text="One. " * 300 + "The newest."), "Why?"
    )
    expect(panel(page).get_by_text("Answering")).to_be_in_viewport()
    page.mouse.wheel(0, -2_000)
    expect(panel(page).get_by_text("Answering")).not_to_be_in_viewport()
    opened(turn)
    expect(panel(page).get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert messages.evaluate("each => each.scrollTop") == 0


def test_a_reload_and_another_tab_find_the_answer_that_is_written(at_desk: AgentDesk) -> None:
    seat = at_desk.seat("/transfers")
    page = seat.page
    turn = asked(at_desk, page, held(("It is ", None), text="It is there."))
    expect(panel(page).get_by_text("It is")).to_be_visible()
    seat.rules.expect("net::ERR_ABORTED", "Failed to fetch")
    page.reload()
    expect(panel(page).get_by_text("Answering")).to_be_visible()
    expect(panel(page).get_by_text(QUESTION)).to_be_visible()
    other = at_desk.seat("/settings").page
    other.get_by_role("button", name="Agent", exact=True).click()
    expect(panel(other).get_by_text("Answering")).to_be_visible()
    wait_for(lambda: at_desk.double.counts["subscribe conversation"] >= 3, "both watch", 20)
    at_desk.agent.tell("conv-1", "turn-1", 1, text="there")
    for each in (page, other):
        expect(panel(each).get_by_text("…there")).to_be_visible()
    opened(turn)
    for each in (page, other):
        expect(panel(each).get_by_text("It is there.")).to_be_visible()
        expect(panel(each).get_by_role("button", name="Stop")).to_have_count(0)


def test_an_answer_is_stopped_and_says_so(at_desk: AgentDesk) -> None:
    page = at_desk.seat().page
    asked(at_desk, page, held((FOUND, None)))
    expect(panel(page).get_by_text("I found Q3.csv")).to_be_visible()
    press(page, "Stop")
    expect(panel(page).get_by_text("You stopped the answer.")).to_be_visible()
    expect(panel(page).get_by_text("I found Q3.csv")).to_be_visible()
    expect(panel(page).get_by_label("Message to the agent")).to_be_focused()


def test_without_a_model_the_panel_says_so_and_all_else_works(at_desk: AgentDesk) -> None:
    at_desk.agent.status = "off"
    at_desk.double.add(LiveState(transfer("tra-1", owner="ada.lovelace")))
    seat = at_desk.seat("/transfers/tra-1")
    page = seat.page
    page.get_by_role("button", name="Agent", exact=True).click()
    expect(panel(page).get_by_text("The agent is off")).to_be_visible()
    expect(panel(page).get_by_role("button", name="New conversation")).to_be_disabled()
    expect(panel(page).get_by_label("Message to the agent")).to_have_count(0)
    expect(page.get_by_role("region", name="Progress").locator(".state")).to_have_text("Moving")
    seat.picture("agent-off", full=False)


def test_whoever_signs_out_leaves_nothing_of_it(at_desk: AgentDesk) -> None:
    seat = at_desk.seat()
    seat.rules.expect("status of 404")
    page = seat.page
    proposed(at_desk, page)
    kept = "() => sessionStorage.getItem('fileferry-agent')"
    assert "conv-1" in page.evaluate(kept)
    page.get_by_title("Signed in as ada.lovelace").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert page.evaluate(kept) is None
    expect(panel(page)).to_be_hidden()
    expect(page.get_by_text(QUESTION)).to_have_count(0)


def test_a_refused_message_is_in_the_field_again(at_desk: AgentDesk) -> None:
    seat = at_desk.seat()
    seat.rules.expect("status of 503")
    away = (503, "agent_off", "The agent is off on this stage.")
    asked(at_desk, seat.page, Turn(refusal=away))
    expect(panel(seat.page).get_by_role("alert")).to_contain_text("The agent is off on this stage.")
    expect(panel(seat.page).get_by_label("Message to the agent")).to_have_value(QUESTION)
