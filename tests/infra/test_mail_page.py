"""The page with the local stack's mails lets nothing in them act."""

from datetime import UTC, datetime

from infra.local.mail_page import SHOWN, page_of
from infra.local.mailbox import Mail

HOSTILE = "<script>alert('x')</script>"


def a_mail(number: int = 0, html: str = "<b>bold</b>") -> Mail:
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return Mail("a@x.test", (f"to-{HOSTILE}",), f"{number} {HOSTILE}", HOSTILE, html, at)


def test_what_a_mail_says_stays_text_and_its_html_stays_in_a_frame_without_scripts() -> None:
    page = page_of([a_mail(html=f'"></iframe>{HOSTILE}')])
    assert "<script" not in page
    assert page.count("<iframe sandbox ") == 1
    assert page.count("</iframe>") == 1


def test_older_mails_are_counted_and_an_empty_box_says_so() -> None:
    page = page_of([a_mail(number) for number in range(SHOWN + 2)])
    assert page.count("<article>") == SHOWN
    assert "2 older ones are not shown" in page
    assert "No mail was sent yet" in page_of([])


def test_a_mail_without_html_shows_its_text_at_once() -> None:
    page = page_of([a_mail(html="")])
    assert "<iframe" not in page
    assert "<details open>" in page
