"""The synthetic transfer on the local stack: by the real API, as its user, to a real sshd."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra.local.ferry import Ferry, Refused
from infra.synthetic_user import SyntheticUser, make, secret_of
from tests.servers.openssh import OpenSshServer
from tests.servers.system_user import SystemUser
from tests.servers.waiting import wait_for
from tests.stack.running import BUCKET, Running
from tests.stack.test_reasons import Partner

KEY, TARGET, SIZE = "synthetic/1k.bin", "fileferry-synthetic.bin", 1_024
RULE = "fileferry-local-synthetic-send"
APART = ("notify", "progress", "ticketing", "transfer")  # services that know the synthetic user
NOT_FOUND = 404
WAIT_SECONDS = 60.0  # a busy machine takes long for its first transfer


@dataclass
class Site:
    running: Running
    partner: Partner
    user: SyntheticUser
    body: bytes

    def run(self, run: str) -> str:
        """As the rule's call with that id."""
        answer = self.running.stack.client("lambda").invoke(
            FunctionName=f"{RULE}:live", Payload=json.dumps({"id": run}).encode()
        )
        told = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, told
        return str(told["outcome"])

    def counted(self, name: str) -> float:
        """By the lines of the log that CloudWatch reads."""
        lines = (line.text for line in self.running.stack.log_events(0) if '"_aws"' in line.text)
        documents = [json.loads(text) for text in lines]
        return sum(sum(d.get(name, ())) for d in documents if d.get("service") == "synthetic")

    def transfers(self, ferry: Ferry, **query: str) -> list[Any]:
        asked = "&".join(f"{name}={value}" for name, value in {"limit": "50", **query}.items())
        found: list[Any] = ferry.call("GET", f"/api/history?{asked}")["transfers"]
        return found

    def own(self) -> Ferry:
        secrets = self.running.stack.client("secretsmanager")
        login = json.loads(secrets.get_secret_value(SecretId=secret_of("local"))["SecretString"])
        return Ferry(self.running.stack.api_url, login["user"], login["password"])


@pytest.fixture
def site(running: Running, server_user: SystemUser, partner_folder: Path) -> Iterator[Site]:
    server = OpenSshServer(partner_folder / "sshd", server_user)
    server.start()
    partner = Partner(running, server, partner_folder / "in", f"sshd-{os.urandom(4).hex()}")
    partner.register()
    body = running.put(KEY, os.urandom(SIZE))
    user = SyntheticUser(f"synthetic-{os.urandom(3).hex()}", partner.name, BUCKET, KEY)
    named = {"DestinationId": partner.name, "SourceBucket": BUCKET, "SourceKey": KEY}
    with ExitStack() as changed:
        changed.callback(server.stop)
        for service in APART:
            changed.enter_context(running.deployed(service, {"SyntheticUser": user.name}))
        wait = {"WaitSeconds": f"{WAIT_SECONDS:g}"}
        changed.enter_context(running.deployed("synthetic", named | wait))
        make(running.stack.client("lambda"), running.stack.client("secretsmanager"), "local", user)
        yield Site(running, partner, user, body)


def state_of_rule(running: Running) -> str:
    return str(running.stack.client("events").describe_rule(Name=RULE)["State"])


def test_it_is_off_where_no_partner_is_named(running: Running) -> None:
    assert state_of_rule(running) == "DISABLED"
    answer = running.stack.client("lambda").invoke(FunctionName=f"{RULE}:live", Payload=b"{}")
    assert json.loads(answer["Payload"].read()) == {"outcome": "off"}


def test_it_arrives_counts_once_and_leaves_one_file_and_nothing_to_read(site: Site) -> None:
    assert state_of_rule(site.running) == "ENABLED"
    before = site.counted("SyntheticCompleted")
    assert [site.run("a"), site.run("a"), site.run("b")] == [
        "completed",
        "already_sent",
        "completed",
    ]
    assert (site.partner.folder / TARGET).read_bytes() == site.body
    assert sorted(os.listdir(site.partner.folder)) == sorted([TARGET, "theirs.txt"])
    assert site.counted("SyntheticCompleted") == before + 2
    admin, own = site.running.ferry, site.own()
    found = site.transfers(own)
    assert [each["status"] for each in found] == ["completed", "completed"]
    assert {each["verify"] for each in found} == {"readback"}
    today = f"from={datetime.now(UTC).date()}&until={datetime.now(UTC).date()}"
    assert own.call("GET", f"/api/statistics?{today}")["rows"] == []
    for each in found:
        for what in ("tickets", "notifications"):  # neither service has heard of it
            with pytest.raises(Refused) as refused:
                admin.call("GET", f"/api/transfer/{each['id']}/{what}")
            assert refused.value.status == NOT_FOUND
    own.close()
    assert all("expires_at" in row for row in rows_of(site, found))


def rows_of(site: Site, found: list[Any]) -> list[Any]:
    table = site.running.stack.client("dynamodb")
    keys = [{"pk": {"S": f"T#{each['id']}"}, "sk": {"S": "TRANSFER"}} for each in found]
    answers = [table.get_item(TableName="fileferry-local-transfer", Key=key) for key in keys]
    return [answer["Item"] for answer in answers]


def test_one_that_hangs_is_cancelled_and_the_next_one_arrives(site: Site) -> None:
    assert site.run("before") == "completed"  # functions are warm, so the API answers in time
    failed = site.counted("SyntheticFailed")
    site.partner.server.stop()
    assert site.run("hangs") in ("not_in_time", "not_completed")
    assert site.counted("SyntheticFailed") == failed + 1
    site.partner.server.start()
    admin, owner = site.running.ferry, site.user.name  # whose calls do not count for its API key
    wait_for(lambda: not site.transfers(admin, owner=owner, state="active"), "its end", seconds=90)
    assert site.run("after") == "completed"
    assert [name for name in os.listdir(site.partner.folder) if name.endswith(".part")] == []


def test_its_user_may_send_nothing_else(site: Site) -> None:
    site.running.put("secret.bin", b"not for it")
    own = site.own()
    me = own.call("GET", "/api/me")
    assert me["roles"] == ["user"]
    assert me["grants"] == {
        "sources": [{"bucket": BUCKET, "prefix": KEY}],
        "destinations": [site.partner.name],
    }
    own.close()
