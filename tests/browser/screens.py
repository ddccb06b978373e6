"""Every screen and dialog of the console, with something to see in each."""

from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser.world import NOWHERE, World


@dataclass(frozen=True)
class Screen:
    """`ready` is a text that is there when all is loaded, `dialog` the name of one that is open."""

    name: str
    path: str
    ready: str
    dialog: str = ""

    def settle(self, page: Page) -> None:
        if self.dialog:
            expect(page.get_by_role("dialog", name=self.dialog)).to_be_visible()
        expect(page.get_by_text(self.ready).first).to_be_visible()
        expect(page.locator(".loading")).to_have_count(0)


SIGN_IN = Screen("sign-in", "/sign-in", "Single sign-on")


def screens(world: World) -> Iterator[Screen]:
    """As an admin sees them. All that moves has ended, so that pictures do not differ."""
    done = world.send(world.boss, "reports/2026/Q3.csv", label="quarterly report")
    failed = world.send(world.boss, "one.txt", target_path=f"{NOWHERE}.bin")
    world.becomes(done, "completed")
    world.becomes(failed, "failed")
    form = "bucket%3Doutgoing%26key%3Done.txt%26destination%3Dpartner"
    yield Screen("home", "/", "Moving now")
    yield Screen("queue", "/transfers?tab=done", "quarterly report")
    yield Screen("queue-attention", "/transfers?tab=attention", "Needs attention")
    yield Screen("transfer", f"/transfers/{done}", "CRC-64/NVME")
    yield Screen("transfer-failed", f"/transfers/{failed}", "Mend the cause first")
    yield Screen("send", f"/?send={form}", "goes to", "Send files")
    yield Screen("partners", "/partners", "Sessions now")
    yield Screen("partner", "/partners/partner", "Last 30 days")
    yield Screen("partner-add", "/partners?add=1", "The next steps", "Add a partner")
    yield Screen("history", "/history", "quarterly report")
    yield Screen("analytics", "/analytics", "Success rate")
    yield Screen("settings", "/settings", "Single keys are shortcuts")
    yield Screen("account", "/settings?tab=account", "What you may send")
    yield Screen("notifications", "/settings?tab=notifications", "Each message is sent once")
    yield Screen(
        "channel-add", "/settings?tab=notifications&channel=new", "Quiet hours", "Add a channel"
    )
    yield Screen("users", "/users", world.ada.name)
    yield Screen("user", f"/users/{world.ada.name}", "May send from")
    yield Screen("user-add", "/users?add=1", "May send from", "Add a user")
    yield Screen("nothing", "/no-such-page", "There is no such page")
