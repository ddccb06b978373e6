"""A transfer that is followed in the browser and with `fileferry watch` has the same figures."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import expect
from pydantic import TypeAdapter

from cli.live.line import cells_of
from cli.live.shown import Shown
from tests.browser.console import Console
from tests.browser.world import World
from tests.stack.commanding import Fileferry

MATCHED_AT_LEAST = 3
_SHOWN = TypeAdapter(Shown)
# Each state of the figures that the page has shown, as its texts.
FOLLOW = """() => {
    const shown = window.shown = [];
    const text = (part) => part?.textContent.replace(/\\s+/g, " ").trim() ?? "";
    const look = () => {
        const figures = document.querySelector(".transfer-figures");
        if (!figures) return;
        const [percent, tail, bytes, lanes] = [...figures.querySelectorAll("p")].map(text);
        shown.push([percent, bytes, tail, lanes]);
    };
    new MutationObserver(look).observe(document.querySelector("main"),
        {childList: true, characterData: true, subtree: true});
    look();
}"""


def states_in(out: str) -> list[Shown]:
    told: list[Any] = [json.loads(line) for line in out.splitlines()]
    return [
        _SHOWN.validate_json(json.dumps(each["transfer"])) for each in told if "transfer" in each
    ]


def figures_of(shown: Shown) -> tuple[str, ...]:
    cells = cells_of(shown, None)
    return tuple(cells[name] for name in ("percent", "bytes", "tail", "lanes"))


def test_the_browser_and_the_command_show_the_same_figures(
    console: Console, world: World, tmp_path: Path
) -> None:
    """Both coalesce what comes, each in its own rhythm. Where they show the same bytes, they show
    the same of everything."""
    command = Fileferry(world.running, world.ada, tmp_path)
    command.log_in()
    with world.moving(world.ada) as (transfer, _):
        page = console.signed_in(world.ada, f"/transfers/{transfer}").page
        expect(page.get_by_role("region", name="Progress").locator(".state")).to_have_text("Moving")
        page.evaluate(FOLLOW)
        with command.begun("watch", transfer, "--json") as begun:
            ended = begun.ended()
        expect(page.get_by_role("region", name="Progress").locator(".state")).to_have_text(
            "Completed"
        )
    assert ended.code == 0
    by_command = states_in(ended.out)
    in_browser = {tuple(each) for each in page.evaluate("() => window.shown")}
    bytes_seen = {each[1] for each in in_browser}
    moving = [figures_of(each) for each in by_command if each.moves]
    both = [each for each in moving if each[1] in bytes_seen]
    matched = [each for each in both if each in in_browser]
    print(
        f"{len(by_command)} states by the command, {len(in_browser)} in the browser, "
        f"{len(both)} with the same bytes, {len(matched)} of them the same"
    )
    assert matched == both
    assert len(matched) >= MATCHED_AT_LEAST
    percent, moved, tail, _ = figures_of(by_command[-1])
    head = page.get_by_role("region", name="Progress")
    for text in (percent, moved, tail):
        expect(head).to_contain_text(text)
