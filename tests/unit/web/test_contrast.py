"""Text and shapes of the console can be told from their ground (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from itertools import product

import pytest

from tests.unit.web.page_files import APP, STYLE

TEXT, SHAPE = 4.5, 3.0
GROUNDS = ("ground", "surface", "raised", "sunken")
TONES = ("accent", "done", "warn", "bad")
THEMES = ("light", "dark")
CHARTS = tuple(f"chart-{number}" for number in range(1, 7))
PAIRS = [
    *((text, ground, TEXT) for text, ground in product(("text", "muted"), GROUNDS)),
    *((tone, ground, TEXT) for tone, ground in product((*TONES, "live", "idle"), GROUNDS)),
    *((tone, f"{tone}-ground", TEXT) for tone in TONES),
    *((text, f"{tone}-ground", TEXT) for text, tone in product(("text", "muted"), TONES)),
    ("on-accent", "accent", TEXT),
    *((shape, ground, SHAPE) for shape, ground in product(("edge", "focus"), GROUNDS)),
    *((fill, "surface", SHAPE) for fill in (*CHARTS, "live-fill", "idle-fill", "stale")),
]


def tokens(theme: str) -> dict[str, str]:
    """The dark theme changes the light one."""
    text = (STYLE / "tokens.css").read_text("utf-8")
    blocks = re.findall(r"^(:root[^{]*)\{(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    assert [selector.strip() for selector, _ in blocks] == [":root", ':root[data-theme="dark"]']
    found: dict[str, str] = {}
    for _, block in blocks[: THEMES.index(theme) + 1]:
        found |= dict(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", block))
    return found


def luminance(colour: str) -> float:
    """Of "#rrggbb", by WCAG's definition of relative luminance."""
    assert re.fullmatch(r"#[0-9a-f]{6}", colour), colour
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_shown_stands_out_from_its_ground(theme: str) -> None:
    known = tokens(theme)
    faint = [
        f"{shown} on {ground} is {found:.2f} to 1"
        for shown, ground, least in PAIRS
        if (found := contrast(known[shown], known[ground])) < least
    ]
    assert faint == []


def test_the_formula_is_the_one_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_every_token_that_is_used_is_there() -> None:
    files = [*STYLE.iterdir(), *APP.rglob("*.js")]
    text = "".join(file.read_text("utf-8") for file in files)
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", text))
    known = set(re.findall(r"--([a-z0-9-]+):", text))
    assert used - known == set()


def test_colours_are_in_one_file() -> None:
    own = {
        file.name: re.findall(r":[^;{]*(#[0-9a-f]{3,8}\b|rgb\(|hsl\()", file.read_text("utf-8"))
        for file in STYLE.iterdir()
        if file.name != "tokens.css"
    }
    assert {name: found for name, found in own.items() if found} == {}
