"""A partner's server is registered, confirmed and tested through the REST API."""

import json
from typing import Any

import pytest

from tests.fakes.keys import PRIVATE_KEY
from tests.integration.moto_clients import moto_client
from tests.integration.transfer.deployed import Deployed


def secret_name(deployed: Deployed, name: str) -> str:
    secret_id = deployed.destinations.read(name).secret_id
    return f"fileferry/local/destinations/{secret_id}"


def secret_at(name: str) -> object:
    answer = moto_client("secretsmanager").get_secret_value(SecretId=name)
    return json.loads(answer["SecretString"])


def test_a_server_is_confirmed_by_its_host_key_before_it_is_used(deployed: Deployed) -> None:
    registered = deployed.register(host_keys=[])
    assert registered["host_keys"] == []
    asked = deployed.api("POST", "/api/destinations/acme/test").body
    assert asked["status"] == "host_key_unconfirmed"
    offered = asked["offered_host_key"]
    assert offered["key"] == str(deployed.partner.host_keys[0])
    assert offered["fingerprint"].startswith("SHA256:")
    pins = {"host_keys": [offered["key"]]}
    confirmed = deployed.api("PATCH", "/api/destinations/acme", pins)
    assert (confirmed.status, confirmed.body["host_keys"]) == (200, [offered])
    tested = deployed.api("POST", "/api/destinations/acme/test").body
    assert (tested["status"], tested["profile"]["write_at_offset"]) == ("ok", True)
    assert "up to 3" in tested["strategy"]
    shown = deployed.api("GET", "/api/destinations/acme").body
    assert shown["profile"] == tested["profile"]


def test_a_transfer_to_an_unconfirmed_server_is_refused(deployed: Deployed) -> None:
    deployed.register(host_keys=[])
    wish = {"source": {"bucket": "outgoing", "key": "k"}, "destination_id": "acme"}
    answer = deployed.api("POST", "/api/transfer", wish)
    assert (answer.status, answer.body["code"]) == (409, "host_key_unconfirmed")


def test_a_credential_goes_into_the_vault_and_into_no_answer(deployed: Deployed) -> None:
    password = deployed.partner.password
    answers = [
        deployed.api("POST", "/api/destinations", deployed.destination()),
        deployed.api("GET", "/api/destinations/acme"),
        deployed.api("GET", "/api/destinations"),
        deployed.api("PATCH", "/api/destinations/acme", {"password": f"new-{password}"}),
    ]
    assert [answer.status for answer in answers] == [201, 200, 200, 200]
    assert all(password not in json.dumps(answer.body) for answer in answers)
    assert secret_at(secret_name(deployed, "acme")) == {"password": f"new-{password}"}
    rows = moto_client("dynamodb").scan(TableName="fileferry-local-transfer")["Items"]
    assert rows
    assert password not in json.dumps(rows, default=str)


def test_an_unusable_key_is_refused_before_anything_is_stored(deployed: Deployed) -> None:
    broken = {"private_key": PRIVATE_KEY[:200], "passphrase": "open sesame"}
    refused = deployed.api("POST", "/api/destinations", deployed.destination(**broken))
    assert (refused.status, refused.body["code"]) == (400, "field_invalid")
    assert refused.body["detail"].startswith("private_key: ")
    assert "cut short" in refused.body["detail"]
    assert PRIVATE_KEY[40:60] not in json.dumps(refused.body)
    assert deployed.api("GET", "/api/destinations/acme").status == 404
    deployed.register()
    changed = deployed.api("PATCH", "/api/destinations/acme", {**broken, "private_key": "x.ppk"})
    assert (changed.status, changed.body["code"]) == (400, "field_invalid")
    assert deployed.api("POST", "/api/destinations/acme/test").body["status"] == "ok"


def test_a_key_and_a_password_are_kept_together_until_one_of_them_is_set(
    deployed: Deployed,
) -> None:
    both = deployed.register(private_key=PRIVATE_KEY)
    assert (both["has_password"], both["has_key"]) == (True, True)
    stored = {"private_key": PRIVATE_KEY, "password": deployed.partner.password}
    assert secret_at(secret_name(deployed, "acme")) == stored
    # the partner's server knows no key, and takes the password after it
    assert deployed.api("POST", "/api/destinations/acme/test").body["status"] == "ok"
    key = deployed.api("PATCH", "/api/destinations/acme", {"private_key": PRIVATE_KEY})
    assert (key.body["has_password"], key.body["has_key"]) == (False, True)
    assert secret_at(secret_name(deployed, "acme")) == {"private_key": PRIVATE_KEY}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "not the one"}, "password_rejected"),
        ({"port": 1}, "connection_refused"),
        ({"base_path": "/no/such/folder"}, "folder_missing"),
    ],
)
def test_a_test_that_fails_says_why(deployed: Deployed, changes: dict[str, Any], code: str) -> None:
    deployed.register(**changes)
    tested = deployed.api("POST", "/api/destinations/acme/test")
    assert (tested.status, tested.body["status"]) == (200, "failed")
    assert tested.body["failure"]["code"] == code


def test_another_host_key_than_the_pinned_one_is_told_with_both(deployed: Deployed) -> None:
    other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHkHMVNn8oGyMT2pnJOrqbhNRYRPB4ktC0IHvlWcJJKZ"
    deployed.register(host_keys=[other])
    tested = deployed.api("POST", "/api/destinations/acme/test").body
    assert tested["failure"]["code"] == "host_key_changed"
    assert tested["offered_host_key"]["key"] == str(deployed.partner.host_keys[0])
    assert deployed.partner.host_keys[0].fingerprint in tested["failure"]["message"]


def test_a_destination_without_its_credential_can_be_repaired(deployed: Deployed) -> None:
    """As after a crash between the row and the secret."""
    deployed.register()
    name = secret_name(deployed, "acme")
    moto_client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
    tested = deployed.api("POST", "/api/destinations/acme/test")
    assert (tested.status, tested.body["failure"]["code"]) == (200, "credential_missing")
    deployed.api("PATCH", "/api/destinations/acme", {"password": deployed.partner.password})
    assert deployed.api("POST", "/api/destinations/acme/test").body["status"] == "ok"


def test_a_moved_destination_shows_no_credential_and_takes_no_transfer(deployed: Deployed) -> None:
    deployed.register()
    name = secret_name(deployed, "acme")
    moved = deployed.api("PATCH", "/api/destinations/acme", {"user": "other"})
    assert (moved.body["has_password"], moved.body["has_key"]) == (False, False)
    client = moto_client("secretsmanager")
    assert "DeletedDate" in client.describe_secret(SecretId=name)
    wish = {"source": {"bucket": "outgoing", "key": "report"}, "destination_id": "acme"}
    refused = deployed.api("POST", "/api/transfer", wish)
    assert (refused.status, refused.body["code"]) == (409, "credential_missing")
    again = {"user": deployed.destination()["user"], "password": deployed.partner.password}
    assert deployed.api("PATCH", "/api/destinations/acme", again).body["has_password"]
    assert deployed.api("POST", "/api/destinations/acme/test").body["status"] == "ok"


def test_a_repeated_registration_gets_the_first_answer_by_its_key_only(deployed: Deployed) -> None:
    wish, key = deployed.destination(), {"Idempotency-Key": "k-1"}
    first = deployed.api("POST", "/api/destinations", wish, headers=key)
    again = deployed.api("POST", "/api/destinations", wish, headers=key)
    assert (again.status, again.body) == (first.status, first.body)
    other = deployed.api("POST", "/api/destinations", wish | {"port": 2_222}, headers=key)
    assert (other.status, other.body["code"]) == (409, "idempotency_conflict")
    plain = deployed.api("POST", "/api/destinations", wish)
    assert (plain.status, plain.body["code"]) == (409, "destination_exists")


def test_destinations_are_listed_page_by_page_and_removed_with_their_secret(
    deployed: Deployed,
) -> None:
    for name in ("b", "a", "c"):
        deployed.register(name)
    first = deployed.api("GET", "/api/destinations", query={"limit": "2"}).body
    rest = deployed.api("GET", "/api/destinations", query={"cursor": first["cursor"]}).body
    listed = first["destinations"] + rest["destinations"]
    assert [each["id"] for each in listed] == ["a", "b", "c"]
    secret = secret_name(deployed, "b")
    removed = deployed.api("DELETE", "/api/destinations/b")
    assert (removed.status, removed.body) == (204, None)
    assert deployed.api("GET", "/api/destinations/b").status == 404
    with pytest.raises(Exception, match="marked deleted"):
        secret_at(secret)


def test_a_destination_that_a_transfer_needs_stays(deployed: Deployed) -> None:
    deployed.register()
    transfer_id = deployed.request("k")
    path = "/api/destinations/acme"
    for refused in (deployed.api("DELETE", path), deployed.api("PATCH", path, {"port": 1})):
        assert (refused.status, refused.body["code"]) == (409, "destination_in_use")
        assert transfer_id in refused.body["detail"]
    renamed = deployed.api("PATCH", path, {"name": "Acme & Sons"})
    assert (renamed.status, renamed.body["name"]) == (200, "Acme & Sons")


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("10.1.2.3", "address_forbidden"),
        ("169.254.169.254", "address_forbidden"),
        ("fe80::1", "address_forbidden"),
        ("::ffff:169.254.169.254", "address_forbidden"),
        ("nobody.invalid", "host_not_resolved"),
    ],
)
def test_a_forbidden_address_is_refused_when_it_is_registered_and_when_it_is_changed(
    deployed: Deployed, host: str, code: str
) -> None:
    refused = deployed.api("POST", "/api/destinations", deployed.destination(host=host))
    assert (refused.status, refused.body["code"]) == (400, code)
    assert host in refused.body["detail"]
    deployed.register()
    changed = deployed.api("PATCH", "/api/destinations/acme", {"host": host})
    assert (changed.status, changed.body["code"]) == (400, code)
    assert deployed.api("GET", "/api/destinations/acme").body["host"] == "127.0.0.1"


def test_a_version_that_is_not_the_stored_one_changes_and_removes_nothing(
    deployed: Deployed,
) -> None:
    deployed.register()
    tag = deployed.api("GET", "/api/destinations/acme").headers["ETag"]
    changed = deployed.api(
        "PATCH", "/api/destinations/acme", {"name": "New"}, headers={"If-Match": tag}
    )
    assert (changed.status, changed.body["name"]) == (200, "New")
    assert changed.headers["ETag"] != tag
    for method, body in (("PATCH", {"name": "Newer"}), ("DELETE", None)):
        late = deployed.api(method, "/api/destinations/acme", body, headers={"If-Match": tag})
        assert (late.status, late.body["code"]) == (412, "version_mismatch")
    assert deployed.api("GET", "/api/destinations/acme").body["name"] == "New"
    fresh = {"If-Match": changed.headers["ETag"]}
    assert deployed.api("DELETE", "/api/destinations/acme", headers=fresh).status == 204
