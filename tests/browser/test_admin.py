"""What admins do: users, channels, and partners with their host keys."""

from secrets import token_hex

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Locator, Page, expect

from infra.local.doubles import TEAMS, WEBHOOKS
from tests.browser.console import Console, sign_in
from tests.browser.world import World
from tests.stack.people import Person


def test_an_admin_adds_a_user_who_signs_in_and_locks_them_out(
    console: Console, world: World
) -> None:
    newcomer = Person(f"grace-{token_hex(3)}")
    world.running.people.secrets.add("password", newcomer.password)
    page = console.signed_in(world.boss, "/users").page
    page.get_by_role("link", name="Add a user").click()
    dialog = page.get_by_role("dialog", name="Add a user")
    dialog.get_by_label("User", exact=True).fill(newcomer.name)
    dialog.get_by_label("Name", exact=True).fill("Grace Hopper")
    dialog.get_by_label("May send from").fill("outgoing/reports/")
    dialog.get_by_label("May send to").fill("partner")
    dialog.get_by_label("Password").fill(newcomer.password)
    dialog.get_by_role("button", name="Add", exact=True).click()
    row = page.get_by_role("row").filter(has_text=newcomer.name)
    expect(row).to_contain_text("1 source to 1 destination")

    seat = console.seat()
    theirs = seat.go("/users")
    sign_in(theirs, newcomer)
    expect(theirs.get_by_text("You need the role admin to see users.")).to_be_visible()
    row.get_by_role("link").click()
    page.get_by_role("button", name="Lock", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Lock").click()
    expect(page.get_by_text("They cannot sign in.")).to_be_visible()
    seat.rules.expect("status of 401")
    again = console.seat()
    again.rules.expect("status of 401")
    sign_in(again.go("/"), newcomer)
    expect(again.page.get_by_role("alert")).to_contain_text("the user is locked")


def add_channel(page: Page, kind: str, name: str, address: str) -> Locator:
    """The channel's card."""
    page.get_by_role("link", name="Add a channel").click()
    dialog = page.get_by_role("dialog", name="Add a channel")
    dialog.get_by_label(kind).check()
    dialog.get_by_label("Id", exact=True).fill(name.lower().replace(" ", "-"))
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("Address").fill(address)
    dialog.get_by_role("button", name="Add", exact=True).click()
    return page.get_by_role("article", name=name)


def test_channels_are_added_tested_and_removed(console: Console, world: World) -> None:
    """The receiver of the webhook does not know the secret that was just made."""
    team, hook = f"Team {token_hex(3)}", f"Hook {token_hex(3)}"
    hooks = world.running.desk.receivers.hooks
    page = console.signed_in(world.ada, "/settings?tab=notifications").page
    card = add_channel(page, "Microsoft Teams", team, hooks[TEAMS])
    card.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text(f"A test was sent to {team}.").last).to_be_visible()

    refused = add_channel(page, "Webhook", hook, hooks[WEBHOOKS])
    secret = page.get_by_role("dialog", name="The signing secret")
    expect(secret).to_contain_text("It is shown only now.")
    secret.get_by_role("button", name="I have kept it").click()
    refused.get_by_role("button", name="Send a test").click()
    expect(refused).to_contain_text("Nothing is sent there any more")
    for each in (card, refused):
        each.get_by_role("button", name="Remove").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(each).to_be_hidden()


def fill_in(page: Page, fields: dict[str, str]) -> None:
    dialog = page.get_by_role("dialog", name="Add a partner")
    for label, value in fields.items():
        dialog.get_by_label(label, exact=True).fill(value)
    dialog.get_by_role("button", name="Add", exact=True).click()


def test_a_partner_is_added_its_key_confirmed_and_tested(console: Console, world: World) -> None:
    server, name = world.running.partner, f"acme-{token_hex(3)}"
    seat = console.signed_in(world.boss, "/partners?add=1")
    page = seat.page
    fill_in(
        page,
        {
            "Id": name,
            "Name": "ACME Corp.",
            "Host": server.host,
            "Port": str(server.port),
            "User": server.user,
            "Password": server.password,
        },
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("ACME Corp.")
    page.get_by_role("button", name="Ask the server for its host key").click()
    key = page.get_by_role("region", name="Confirm the host key")
    confirm = key.get_by_role("button", name="Confirm this key")
    expect(confirm).to_be_disabled()
    seat.picture("partner-host-key")
    key.get_by_role("checkbox").check()
    key.get_by_label("What the partner told you").fill("SHA256:another")
    expect(confirm).to_be_disabled()
    key.get_by_label("What the partner told you").fill("")
    confirm.click()
    page.get_by_role("button", name="Test what the server can do").click()
    expect(page.get_by_text("Files can be sent there").first).to_be_visible()
    expect(page.get_by_role("link", name="Send to this partner")).to_be_visible()
    page.get_by_role("link", name="Partners", exact=True).last.click()
    expect(page.get_by_role("row").filter(has_text=name)).to_contain_text("Ready")


def test_a_key_that_changed_stands_beside_the_old_one(console: Console, world: World) -> None:
    name, server = f"moved-{token_hex(3)}", world.running.partner
    key = Ed25519PrivateKey.generate().public_key()
    old = key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    wish = {"id": name, "name": "Moved", "protocol": "sftp", "host": server.host}
    world.running.ferry.call(
        "POST",
        "/api/destinations",
        {**wish, "port": server.port, "user": server.user, "password": server.password}
        | {"host_keys": [old]},
    )
    page = console.signed_in(world.boss, f"/partners/{name}").page
    page.get_by_role("button", name="Test", exact=True).click()
    both = page.get_by_role("region", name="The host key is another one")
    expect(both).to_contain_text("Confirmed until now")
    expect(both).to_contain_text("Offered by the server now")
    both.get_by_role("checkbox").check()
    both.get_by_role("button", name="Confirm this key").click()
    expect(both).to_be_hidden()
