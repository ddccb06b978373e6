"""Cards of proposals: decided once, by their owner, and true in every state."""

from playwright.sync_api import expect

from contracts.transfer_events import Failure
from tests.browser.agent_desk import AgentDesk
from tests.browser.agent_talk import QUESTION, asked, card, held, opened, panel, press, proposed
from tests.doubles.agent_turns import proposal


def test_a_click_that_was_meant_for_something_else_confirms_nothing(at_desk: AgentDesk) -> None:
    page = at_desk.seat().page
    page.evaluate(
        """() => new MutationObserver(() => {
            const [found] = [...document.querySelectorAll(".agent-card button")]
                .filter((each) => each.textContent === "Confirm");
            if (found && !window.pressed) { window.pressed = true; found.click(); }
        }).observe(document.body, {childList: true, subtree: true})"""
    )
    proposed(at_desk, page)
    assert page.evaluate("() => window.pressed") is True
    assert at_desk.agent.decided == []
    card(page).get_by_role("button", name="Reject").click()
    expect(card(page)).to_contain_text("Nothing was done: it was rejected.")
    assert [what for what, _ in at_desk.agent.decided] == ["reject"]


def test_refusals_and_ends_are_told_and_can_be_looked_up(at_desk: AgentDesk) -> None:
    seat = at_desk.seat()
    seat.rules.expect("status of (409|502)")
    page = seat.page
    proposed(at_desk, page)
    agent = at_desk.agent
    agent.decision_refusals.append((502, "api_away", "FileFerry's API did not answer."))
    press(page, "Reject")
    alert = card(page).get_by_role("alert")
    expect(alert).to_contain_text("It may have been rejected nevertheless")
    expect(alert).not_to_contain_text("Confirm")
    agent.decision_refusals.append((502, "api_away", "FileFerry's API did not answer."))
    press(page, "Confirm")
    expect(card(page).get_by_role("alert")).to_contain_text("Confirm again: nothing is done twice")
    agent.decision_refusals.append((409, "source_changed", "Q3.csv has changed since. Ask again."))
    agent.change_proposal("prop-1", state="confirming")
    expect(card(page)).to_contain_text("Being done")
    press(page, "Confirm again")
    expect(card(page).get_by_role("alert")).to_contain_text("Q3.csv has changed since. Ask again.")
    failure = Failure(code="source_changed", message="The object is another one.", retryable=False)
    agent.change_proposal("prop-1", state="failed", failure=failure)
    expect(card(page).get_by_text("Not done", exact=True)).to_be_visible()
    expect(card(page)).to_contain_text("The object is another one.")
    expect(card(page).get_by_role("button", name="Confirm")).to_have_count(0)

    for number, (state, sentence) in enumerate(
        (("expired", "its time is over"), ("superseded", "a new message took its place")), 2
    ):
        agent.proposals[f"prop-{number}"] = proposal(number, state=state)
        seat.go(f"/agent/proposals/prop-{number}")
        expect(page.get_by_role("main")).to_contain_text(sentence)
        expect(page.get_by_role("main").get_by_role("button", name="Confirm")).to_have_count(0)


def test_a_new_message_takes_the_place_of_a_proposal(at_desk: AgentDesk) -> None:
    page = at_desk.seat().page
    proposed(at_desk, page)
    turn = asked(at_desk, page, held(("No", None)), "No, all of them.")
    expect(card(page).get_by_role("button", name="Confirm", exact=True)).to_be_disabled()
    opened(turn)
    expect(card(page)).to_contain_text("a new message took its place")


def test_a_conversation_is_found_again_and_auditors_look_at_proposals(
    at_desk: AgentDesk,
) -> None:
    page = at_desk.seat().page
    proposed(at_desk, page)
    press(page, "New conversation")
    expect(panel(page).get_by_text("it proposes, and you confirm")).to_be_visible()
    press(page, "Conversations")
    panel(page).get_by_role("button", name=QUESTION).click()
    expect(card(page)).to_be_visible()
    card(page).get_by_text("Digest").click()
    card(page).get_by_role("link", name="prop-1").click()
    expect(page.get_by_role("main").get_by_text(proposal().digest)).to_be_visible()

    others = at_desk.agent.begin("Theirs")
    at_desk.agent.say(others, "agent", "Mine.", proposal_id="prop-9")
    at_desk.agent.proposals["prop-9"] = proposal(9, owner="olga", conversation_id=others)
    looking = at_desk.seat("/agent/proposals/prop-9")
    main = looking.page.get_by_role("main")
    expect(main.get_by_role("region", name="Proposal")).to_contain_text("SHA-256")
    expect(main.get_by_text("Waits for its owner")).to_be_visible()
    expect(main.get_by_role("button", name="Confirm")).to_have_count(0)
    looking.picture("agent-proposal")
    main.get_by_role("link", name="The conversation").click()
    expect(main.get_by_text("Mine.")).to_be_visible()
    looking.rules.expect("status of 404")
    looking.go("/agent/proposals/none")
    expect(main.get_by_text("This proposal is not there, or it is not yours")).to_be_visible()
    looking.go("/agent/conversations/none")
    expect(main.get_by_text("This conversation is not there, or it is not yours")).to_be_visible()
