"""Names of others are shown as they are and do nothing, however they are made."""

from playwright.sync_api import Page, expect

from tests.browser.console import Console, Seat
from tests.browser.world import World
from tests.stack.running import BUCKET

MARKUP = "<img src=x onerror=alert(1)>.csv"
SCRIPT = "javascript:alert(1)"
TURNED = "odd/report\u202egpj.exe"
HIDDEN = "odd/line\nbreak\u200b\x07.txt"
QUOTES = 'odd/"><script>alert(1)</script>.txt'
LABEL = '<b onclick="alert(1)">=1+1</b>'
KEYS = (f"odd/{MARKUP}", f"odd/{SCRIPT}", TURNED, HIDDEN, QUOTES)
SEEN = (MARKUP, SCRIPT, "report<U+202E>gpj.exe", "line<U+000A>break<U+200B><U+0007>.txt")
MADE_BY_NAMES = """() => document.querySelectorAll(
    "img[src=x], [onerror], [onclick], main script, dialog script, a[href^='javascript']").length"""


def is_harmless(page: Page, *texts: str) -> None:
    for text in texts:
        expect(page.get_by_text(text).first).to_be_visible()
    assert page.evaluate(MADE_BY_NAMES) == 0
    assert not any(each in page.content() for each in ("\u202e", "\u200b"))


def opened(seat: Seat, path: str) -> Page:
    page = seat.go(path)
    expect(page.locator(".loading")).to_have_count(0)
    return page


def test_hostile_names_are_text_everywhere(console: Console, world: World) -> None:
    """A dialog of the browser would be an error of Playwright's: nobody answers it."""
    for key in KEYS:
        world.running.put(key, b"x")
    sent = [world.send(world.olga, key, label=LABEL) for key in KEYS]
    failed = world.send(world.olga, KEYS[0], target_path=f"{MARKUP}/no-folder")
    for each in sent:
        world.becomes(each, "completed")
    world.becomes(failed, "failed")
    seat = console.signed_in(world.olga)
    asked: list[str] = []
    seat.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    is_harmless(opened(seat, "/transfers?tab=done&of=mine"), *SEEN)
    seat.picture("hostile-queue")
    is_harmless(opened(seat, "/history?owner=mine"), *SEEN)
    is_harmless(opened(seat, f"/?send=bucket%3D{BUCKET}%26prefix%3Dodd%252F"), *SEEN)
    for each, text in zip(sent, SEEN, strict=False):
        page = opened(seat, f"/transfers/{each}")
        is_harmless(page, text, LABEL)
    page.get_by_role("button", name="Copy as command").click()
    is_harmless(page, "fileferry send")
    is_harmless(opened(seat, f"/transfers/{failed}"), "no-folder")
    assert asked == []


def test_an_address_that_somebody_made_does_nothing(console: Console, world: World) -> None:
    seat = console.signed_in(world.ada)
    seat.rules.expect("status of 4(00|04|22)")
    page = seat.page
    for path in (
        "/transfers/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E",
        "/partners/..%2f..%2fapi",
        "/%E0%A4%A",
        "/history?status=%3Cscript%3E&destination=javascript:alert(1)",
        "/transfers?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&sort=__proto__",
        "/?send=bucket%3D..%26key%3D%00%26target%3Djavascript:",
    ):
        opened(seat, path)
        assert page.evaluate(MADE_BY_NAMES) == 0
        expect(page.get_by_role("navigation", name="Console")).to_be_visible()
