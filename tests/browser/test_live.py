"""What is shown stays true: the stream, without it, and after it was lost."""

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.console import Console
from tests.browser.world import World

TABLE = "fileferry-local-progress"


def link(page: Page) -> str:
    return page.locator(".link-state").get_attribute("data-link") or ""


def state_is(page: Page, text: str) -> None:
    expect(page.get_by_role("region", name="Progress").locator(".state")).to_have_text(text)


def cut_all_connections(world: World) -> int:
    """As the service's restart does it to its clients."""
    stack = world.running.stack
    rows = stack.client("dynamodb").scan(TableName=TABLE, ConsistentRead=True)["Items"]
    ids = {row["pk"]["S"].removeprefix("C#") for row in rows if row["pk"]["S"].startswith("C#")}
    gateway = stack.client("apigatewaymanagementapi")
    for each in ids:
        gateway.delete_connection(ConnectionId=each)
    return len(ids)


def test_a_page_is_right_again_after_the_service_was_restarted_and_the_line_was_lost(
    console: Console, world: World
) -> None:
    with world.moving(world.ada) as (moving, line):
        seat = console.signed_in(world.ada, f"/transfers/{moving}")
        seat.rules.expect("WebSocket connection", "ERR_INTERNET_DISCONNECTED")
        page = seat.page
        live = page.locator(".link-state")
        expect(live).to_have_text("Live")
        state_is(page, "Moving")
        with world.running.deployed("progress", {"LogLevel": "INFO"}):
            world.running.stack.kill_worker_processes("progress")
            assert cut_all_connections(world) > 0
            expect(live).to_have_text("Live")

            page.context.set_offline(True)
            expect(page.get_by_text("last seen").first).to_be_visible()
            expect(page.get_by_text("Nothing was heard for")).to_be_visible()
            seat.picture("transfer-offline")
            page.context.set_offline(False)
            expect(live).to_have_text("Live")
            expect(page.get_by_text("Nothing was heard for")).to_be_hidden()
            line.open()
            state_is(page, "Completed")


def test_where_no_websocket_gets_through_it_is_asked_instead(
    console: Console, world: World
) -> None:
    blocked: list[WebSocketRoute] = []

    def block(socket: WebSocketRoute) -> None:
        blocked.append(socket)
        socket.close(code=1011)

    with world.moving(world.ada) as (moving, line):
        seat = console.seat()
        seat.page.context.route_web_socket("**", block)
        console.sit_down(seat, world.ada, f"/transfers/{moving}")
        page = seat.page
        expect(page.locator(".link-state")).to_have_text("Asking every few seconds")
        state_is(page, "Moving")
        bar = page.get_by_role("progressbar", name="Bytes moved")
        before = bar.get_attribute("aria-valuenow")
        expect(bar).not_to_have_attribute("aria-valuenow", before or "")
        page.get_by_role("button", name="Pause", exact=True).click()
        state_is(page, "Paused")
        page.get_by_role("button", name="Resume", exact=True).click()
        line.open()
        state_is(page, "Completed")
        page.get_by_role("link", name="Transfers", exact=True).first.click()
        page.get_by_role("navigation", name="Transfers by state").get_by_text("Done").click()
        expect(page.locator(f'[data-row="{moving}"]')).to_be_visible()
    assert blocked
