"""What was: found by conditions, exported without formulas, and drawn with tables beside."""

import csv
import io
import json
import re
from pathlib import Path
from secrets import token_hex
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.browser.console import Console
from tests.browser.world import NOWHERE, World

CHARTS = ("Success rate", "Volume", "Throughput", "Reasons of failures")
BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def exported(page: Page, kind: str) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Export {kind}").click()
    assert download.value.suggested_filename.endswith(f".{kind.lower()}")
    return Path(download.value.path())


def test_the_history_is_filtered_and_exported_and_has_no_formulas(
    console: Console, world: World
) -> None:
    label = f"=SUM({token_hex(3)})"
    formula = '=HYPERLINK("https://evil.example","Q3").csv'
    world.running.put(formula, b"x")
    done = world.send(world.ada, formula, label=label)
    failed = world.send(world.ada, "one.txt", label=label, target_path=f"{NOWHERE}.bin")
    world.becomes(done, "completed")
    code = world.becomes(failed, "failed")["failure"]["code"]
    page = console.signed_in(world.ada, "/history").page
    filters = page.get_by_role("search", name="Filters")
    filters.get_by_label("Label").fill(label)
    filters.get_by_label("Label").press("Enter")
    rows = page.get_by_role("table", name="Transfers").locator(".row")
    expect(rows).to_have_count(2)
    rows_of = list(csv.DictReader(io.StringIO(exported(page, "CSV").read_text("utf-8-sig"))))
    assert len(rows_of) == 2
    cells = [value for row in rows_of for value in row.values()]
    assert any(label in each for each in cells)
    assert not [each for each in cells if each.startswith(BEGIN_FORMULAS)]
    told: Any = json.loads(exported(page, "JSON").read_text())
    assert told["complete"] is True
    assert {each["id"] for each in told["transfers"]} == {done, failed}

    filters.get_by_label("State").select_option("failed")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(code)
    page.reload()  # the address keeps the conditions
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Clear filters").click()
    expect(rows.nth(1)).to_be_visible()


def test_every_chart_is_also_a_table_and_its_values_are_reached_by_keys(
    console: Console, world: World
) -> None:
    done = world.send(world.ada, "one.txt")
    world.becomes(done, "completed")
    seat = console.signed_in(world.ada, "/analytics")
    page = seat.page
    for name in CHARTS:
        card = page.get_by_role("region", name=name, exact=True)
        chart = card.get_by_role("slider")
        if chart.count():
            chart.focus()
            page.keyboard.press("End")
            expect(chart).to_have_attribute("aria-valuetext", re.compile(r"\d{4}"))
        card.get_by_role("button", name="As table").click()
        expect(card.get_by_role("row").nth(1)).to_be_visible()
    seat.picture("analytics-tables")


def test_what_is_typed_stays_while_the_list_is_loaded(console: Console, world: World) -> None:
    """A screen that is drawn again must not take letters away."""
    held: list[Route] = []
    seat = console.seat()
    asked = re.compile(r"/api/destinations\?")  # not the module of that name
    seat.page.route(asked, lambda route: held.append(route))
    page = console.sit_down(seat, world.ada, "/history").page
    label = page.get_by_role("search", name="Filters").get_by_label("Label")
    label.fill("half a wor")
    expect(page.get_by_role("button", name="Refresh")).to_be_visible()
    assert held
    with page.expect_response(asked):
        for each in held:
            each.continue_()
    expect(page.locator("datalist option").first).to_be_attached()
    expect(label).to_have_value("half a wor")
