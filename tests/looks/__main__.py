"""Takes pictures of cards and mails, to look at: python -m tests.looks FOLDER [--cards JS].

It needs Chromium. JS is adaptivecards.min.js of the npm package adaptivecards; without it only
mails are drawn.
"""

import argparse
import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from services.notify.adapters.mail_html import html_of
from services.notify.adapters.teams_card import body_of
from services.notify.domain.channel import CardShape
from services.notify.domain.message import Message
from services.notify.domain.showing import view_of
from tests.unit.notify import hostile_names, messages

CHROMIUM = ("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic")
QUIET = ("--no-first-run", "--disable-background-networking", "--disable-component-update")
WIDTHS = (320, 700)
HEIGHT = 1_100
LIGHT, DARK = "light", "dark"
DARK_FLAGS = ("--force-dark-mode", "--blink-settings=preferredColorScheme=0")
LIGHT_FLAGS = ("--blink-settings=preferredColorScheme=1",)
CARD_PAGE = """<!DOCTYPE html><meta charset="utf-8"><script>%(script)s</script>
<body style="margin:8px;background:%(page)s;font-family:'Segoe UI',Arial"><script>
const card = new AdaptiveCards.AdaptiveCard();
card.hostConfig = new AdaptiveCards.HostConfig(%(config)s);
card.parse(%(card)s);
const drawn = card.render();
drawn.style.border = "1px solid #8888";
drawn.style.borderRadius = "4px";
document.body.append(drawn);
</script></body>"""
GREY = {"default": "#e6e6e6", "subtle": "#adadad"}


def all_messages() -> Iterator[tuple[str, Message]]:
    for fact in messages.STAGES:
        yield fact.stage, messages.of(fact)
        yield f"{fact.stage}-long", messages.of(messages.named(fact, hostile_names.LONG[0]))
    for number, name in enumerate((*hostile_names.MENTIONS[:2], *hostile_names.LINKS[:2])):
        yield f"hostile-{number}", messages.of(messages.named(messages.FAILED, name))
    yield "hostile-marks", messages.of(messages.named(messages.FAILED, hostile_names.MARKS[0]))
    yield "hostile-bidi", messages.of(messages.named(messages.FAILED, hostile_names.UNSEEN[0]))
    yield "hostile-html", messages.hostile_digest(hostile_names.HTML[2])
    yield "digest", messages.digest(42)
    yield "digest-failures", messages.digest(40, 2)
    yield "test", messages.TEST
    yield "note", messages.OF_A_DEAD_CHANNEL


def card_page(message: Message, script: str, theme: str) -> str:
    card = json.loads(body_of(view_of(message, "ops room"), CardShape.CARD))
    return CARD_PAGE % {
        "script": script,
        "page": "#1f1f1f" if theme == DARK else "#f5f5f5",
        "config": json.dumps(host_config(theme)),
        "card": json.dumps(card).replace("</", "<\\/"),
    }


def host_config(theme: str) -> Mapping[str, object]:
    """The colours of Teams, roughly."""
    if theme == LIGHT:
        shades = {"good": "#e7f2da", "attention": "#fce4e6", "warning": "#fbf6d9"}
        light = {name: {"backgroundColor": shade} for name, shade in shades.items()}
        return {"fontFamily": "Segoe UI, Arial", "containerStyles": light}
    tones = {"good": "#92c353", "warning": "#f8d22a", "attention": "#f9526b"}
    colors = {"default": GREY}
    colors |= {name: {"default": color, "subtle": color} for name, color in tones.items()}
    shades = {
        "default": "#2d2c2c",
        "emphasis": "#3b3a3a",
        "good": "#1f3a1f",
        "attention": "#4a2026",
        "warning": "#4a3d10",
    }
    styles = {
        name: {"backgroundColor": shade, "foregroundColors": colors}
        for name, shade in shades.items()
    }
    return {"fontFamily": "Segoe UI, Arial", "containerStyles": styles}


def photograph(page: str, picture: Path, width: int, theme: str) -> None:
    with TemporaryDirectory() as folder:
        source = Path(folder) / "page.html"
        source.write_text(page)
        size = (f"--window-size={width},{HEIGHT}", f"--user-data-dir={folder}/profile")
        colors = DARK_FLAGS if theme == DARK else LIGHT_FLAGS
        command = [*CHROMIUM, *QUIET, *colors, *size, f"--screenshot={picture}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.looks")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cards", type=Path)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    script = asked.cards.read_text() if asked.cards else None
    for name, message in all_messages():
        if asked.only not in name:
            continue
        for theme in (LIGHT, DARK):
            pages = {"mail": html_of(view_of(message, "ops room"))}
            if script:
                pages["card"] = card_page(message, script, theme)
            for kind, page in pages.items():
                for width in WIDTHS:
                    photograph(
                        page, asked.folder / f"{kind}-{name}-{theme}-{width}.png", width, theme
                    )


if __name__ == "__main__":
    main()
