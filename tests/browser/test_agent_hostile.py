"""Whatever the model, a tool or a partner writes is text in the panel, and loads nothing."""

import threading

from playwright.sync_api import Dialog, expect

from contracts.agent_api import EstimateView, Line, StepView
from contracts.transfer_events import Failure
from tests.browser.agent_desk import AgentDesk
from tests.browser.agent_talk import asked, card, opened, panel, press
from tests.doubles.agent_turns import Turn, proposal

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
