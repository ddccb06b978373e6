"""fileferry channels add"""

from pathlib import Path
from typing import Any
from uuid import uuid4

import click

from cli.channels import fields
from cli.client import read
from cli.command import command
from cli.invocation import Invocation, pass_invocation
from cli.passwords import File, asked_password, secret_file
from contracts.notify_api import NewChannelView

EXAMPLES = """
fileferry channels add my-room --kind teams --stage failed --stage stalled
fileferry channels add ops --kind slack --stage failed --token-file token --slack-channel C0123ABCD
fileferry channels add mine --kind email --stage completed --to acme --digest-minutes 60
fileferry channels add erp --kind webhook --stage completed --address-file address --json
"""


@command("add", examples=EXAMPLES)
@click.argument("channel_id", metavar="ID")
@click.option("--kind", required=True, type=click.Choice(("teams", "slack", "email", "webhook")))
@click.option("--name", help="What people call it.")
@click.option(
    "--stage",
    "stages",
    required=True,
    multiple=True,
    type=click.Choice(("started", "completed", "failed", "stalled")),
)
@click.option("--to", multiple=True, metavar="DESTINATION", help="Tell only of transfers there.")
@click.option("--digest-minutes", type=click.IntRange(1, 1_440), help="Collect for so long.")
@click.option("--shared", is_flag=True, help="A team's, for operators and admins.")
@click.option("--everybodys", is_flag=True, help="Tell of everybody's transfers.")
@click.option("--address-file", type=File, help="A file with the address; else it is asked for.")
@click.option("--token-file", type=File, help="A file with Slack's bot token.")
@click.option("--slack-channel", help="Where the bot writes, as C0123ABCD.")
@click.option("--mail", "mails", multiple=True, help="A recipient of a shared e-mail channel.")
@pass_invocation
def add(invocation: Invocation, /, channel_id: str, **given: Any) -> None:
    """Be told of transfers somewhere. The address is a secret, so it is no argument.

    A webhook's signing secret is shown once: keep it.
    """
    rule = {"stages": given["stages"], "destinations": given["to"] or ["*"]}
    if given["digest_minutes"]:
        rule["digest_minutes"] = given["digest_minutes"]
    body = {
        "id": channel_id,
        "name": given["name"] or channel_id,
        "kind": given["kind"],
        "shared": given["shared"],
        "whose": "all" if given["everybodys"] else "mine",
        "rules": [rule],
        "mails": given["mails"],
        **_secrets(given["kind"], given["address_file"], given["token_file"]),
    }
    if given["slack_channel"]:
        body["slack_channel"] = given["slack_channel"]
    key = {"Idempotency-Key": f"cli-{uuid4().hex}"}
    document = invocation.client.call("POST", "/api/notify/channels", body=body, headers=key)
    if invocation.output.as_json:
        invocation.output.document(document)
        return
    view = read(NewChannelView, document)
    secret = view.signing_secret and view.signing_secret.get_secret_value()
    invocation.output.fields([*fields(view), ("Signing secret", secret)])


def _secrets(kind: str, address: Path | None, token: Path | None) -> dict[str, str]:
    files = {"bot_token": token, "address": address}
    found = {name: secret_file(each).strip() for name, each in files.items() if each is not None}
    if found or kind == "email":
        return found
    return {"address": asked_password("Address", "--address-file")}
