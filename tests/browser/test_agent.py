"""The agent's panel: asked, watched, stopped and confirmed, whatever the model writes."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect

from contracts.agent_api import EstimateView, Line, StepView
from contracts.transfer_events import Failure, Origin
from tests.browser.agent_desk import AgentDesk, ask, desk, panel
from tests.browser.console import PICTURES
from tests.doubles.agent_rest import Turn, proposal
from tests.doubles.live_state import LiveState, transfer
from tests.servers.waiting import wait_for

QUESTION = "Send yesterday's export to ACME and tell me when it is there"
FOUND = "I found Q3.csv (1.2 MB), written yesterday at 18:02.\n"
ANSWER = FOUND + "ACME Corp. takes it as in/Q3.csv. Confirm the proposal below."
LOOKS = ("list_files", "destination_details", "propose")
REST_MS = 900  # until the buttons of a new card can be pressed


@pytest.fixture
def at_desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgentDesk]:
    """After each test every page is held against the rules."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with desk(browser, tmp_path_factory.mktemp("desk")) as at_desk:
        yield at_desk
        at_desk.close_all()


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


def proposed(at_desk: AgentDesk, page: Page, **fields: object) -> None:
    asked(at_desk, page, Turn(ANSWER, looked_at=LOOKS, proposes=proposal(**fields)))  # type: ignore[arg-type]
    expect(card(page)).to_be_visible()
    page.wait_for_timeout(REST_MS)


def held(*pieces: tuple[str, str | None], text: str = ANSWER) -> Turn:
    return Turn(text, pieces=pieces, looked_at=LOOKS, gate=threading.Event())


def opened(turn: Turn) -> None:
    assert turn.gate
    turn.gate.set()


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
    page.wait_for_timeout(REST_MS)
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


def test_a_new_message_takes_the_place_of_a_proposal(at_desk: AgentDesk) -> None:
    page = at_desk.seat().page
    proposed(at_desk, page)
    turn = asked(at_desk, page, held(("No", None)), "No, all of them.")
    expect(card(page).get_by_role("button", name="Confirm", exact=True)).to_be_disabled()
    opened(turn)
    expect(card(page)).to_contain_text("a new message took its place")


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


def test_a_conversation_is_found_again_and_auditors_look_at_proposals(
    browser: Browser, at_desk: AgentDesk
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


HOSTILE = "\n".join(
    (
        "<script>alert(1)</script><img src=/leak-1.png onerror=alert(1)>",
        "![a](http://127.0.0.1:9/leak-2.png) [b](javascript:alert(1)) http://127.0.0.1:9/leak-3",
        '<a href="javascript:alert(1)">Confirm</a> <iframe src=/leak-4></iframe>',
        "bidi \u202egpj.exe hidden\u200b bell\u0007",
    )
)
SHOWN = (
    "<script>alert(1)</script>",
    "![a](http://",
    "<U+202E>gpj.exe",
    "hidden<U+200B> bell<U+0007>",
)
MADE = """() => document.querySelectorAll(
    ".agent img, .agent script, .agent iframe, main iframe, [onerror], a[href^='javascript']," +
    " .agent a:not([href^='/transfers/']):not([href^='/agent/'])").length"""


def test_whatever_is_said_stays_text_and_loads_nothing(at_desk: AgentDesk) -> None:
    """Of the model, of tools, of problems, and of every field of a proposal."""
    line = HOSTILE.replace("\n", " ")
    failure = Failure(code=line[:60], message=line, retryable=False)
    made = proposal(
        sentence=line,
        lines=(Line(label=line, value=line),),
        steps=(StepView(sentence=line, failure=failure), StepView(sentence=line, result="tra-1")),
        cautions=(line,),
        strategy=line,
        canonical=line,
        failure=failure,
        decided_by=line,
        estimate=EstimateView(
            seconds=None,
            low_seconds=None,
            high_seconds=None,
            success_percent=None,
            counted=0,
            basis=line,
        ),
    )
    seat = at_desk.seat()
    page = seat.page
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))

    def dismiss(dialog: Dialog) -> None:
        seen.append(f"leak: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    trouble = Failure(code="filtered", message=line, retryable=False)
    turn = Turn(
        HOSTILE,
        pieces=((HOSTILE, line),),
        looked_at=(line,),
        proposes=made,
        trouble=trouble,
        gate=threading.Event(),
    )
    asked(at_desk, page, turn, line)
    for text in SHOWN:
        expect(panel(page).get_by_text(text).last).to_be_visible()
    assert page.evaluate(MADE) == 0
    seat.picture("agent-hostile-streaming", full=False)
    opened(turn)
    expect(card(page)).to_be_visible()
    card(page).get_by_text("Digest").click()
    for text in SHOWN:
        expect(card(page).get_by_text(text).first).to_be_visible()
        expect(panel(page).get_by_role("article", name="Agent")).to_contain_text(text)
    seat.picture("agent-hostile", full=False)
    press(page, "Conversations")
    expect(panel(page).get_by_role("button", name="script")).to_be_visible()
    seat.go("/agent/proposals/prop-1")
    expect(page.get_by_role("main")).to_contain_text("<U+202E>gpj.exe")
    seat.go("/agent/conversations/conv-1")
    expect(page.get_by_role("main")).to_contain_text("<U+202E>gpj.exe")
    assert page.evaluate(MADE) == 0
    assert not any(each in page.content() for each in ("\u202e", "\u200b"))
    assert [each for each in seen if "leak" in each or ":9/" in each] == []
