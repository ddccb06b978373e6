"""What the API takes, and what it refuses before anything happens."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from contracts.auth_api import SsoRedeemRequest
from contracts.browse_api import FilesQuery
from contracts.destination_api import DestinationPatch, DestinationRequest
from contracts.problem import field_errors
from contracts.transfer_api import SourceObject, StartTransferRequest

PARTNER: dict[str, Any] = {
    "id": "demo",
    "name": "Demo",
    "protocol": "sftp",
    "host": "sftp.example",
    "user": "ferry",
    "password": "pw",
}
CONTROL = ["\0", "\r", "\n", "\t", "\x1b", "\x7f", "\x85", "\u2028", "\u2029"]
LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"


def refusal(model: type[BaseModel], fields: dict[str, Any]) -> list[tuple[str, str]]:
    """(field, message) of every reason."""
    with pytest.raises(ValidationError) as caught:
        model(**fields)
    return [(".".join(map(str, e["loc"])), e["msg"]) for e in caught.value.errors()]


@pytest.mark.parametrize("bucket", ["abc", "a.b-c", "1bucket1", "a" * 63, "my.bucket.example"])
def test_a_good_bucket_name_is_taken(bucket: str) -> None:
    assert SourceObject(bucket=bucket, key="k").bucket == bucket


@pytest.mark.parametrize(
    "bucket",
    ["ab", "a" * 64, "Abc", "a_b", "-abc", "abc-", ".abc", "a..b", "192.168.0.1", "abc\n", "ä-b"],
)
def test_a_bad_bucket_name_is_refused_with_the_rule(bucket: str) -> None:
    ((field, message),) = refusal(SourceObject, {"bucket": bucket, "key": "k"})
    assert field == "bucket"
    assert "3 to 63" in message


@pytest.mark.parametrize("key", ["k", "a/b c/ü.csv", "x" * 1024, "ü" * 512, "../up", "line\nbreak"])
def test_every_key_s3_may_hold_is_taken(key: str) -> None:
    assert SourceObject(bucket="abc", key=key).key == key


@pytest.mark.parametrize("key", ["", "x" * 1025, "ü" * 513])
def test_a_key_is_measured_in_bytes(key: str) -> None:
    assert refusal(SourceObject, {"bucket": "abc", "key": key})[0][0] == "key"


def test_a_key_with_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValidationError):
        SourceObject.model_validate_json('{"bucket": "abc", "key": "\\ud800"}')
    with pytest.raises(ValidationError):
        SourceObject(bucket="abc", key="\ud800")


def test_a_transfer_is_careful_unless_told_otherwise() -> None:
    source = SourceObject(bucket="abc", key="k")
    request = StartTransferRequest(source=source, destination_id="demo")
    assert (request.if_exists, request.verify, request.target_path) == ("fail", "checksum", None)


@pytest.mark.parametrize("verify", ["size", "checksum", "reread", "readback"])
def test_how_far_to_verify_is_one_of_four_words(verify: str) -> None:
    fields = {"source": {"bucket": "abc", "key": "k"}, "destination_id": "demo"}
    assert StartTransferRequest.model_validate({**fields, "verify": verify}).verify == verify
    assert refusal(StartTransferRequest, {**fields, "verify": verify.upper()})[0][0] == "verify"


@pytest.mark.parametrize("slug", ["a", "demo-1", "1", "a" * 64])
def test_a_good_id_is_taken(slug: str) -> None:
    assert DestinationRequest(**{**PARTNER, "id": slug}).id == slug


@pytest.mark.parametrize("slug", ["", "-a", "Demo", "a b", "a/b", "a" * 65, "a\n", "ä"])
def test_a_bad_id_is_refused(slug: str) -> None:
    assert refusal(DestinationRequest, {**PARTNER, "id": slug})[0][0] == "id"


@pytest.mark.parametrize("character", CONTROL)
@pytest.mark.parametrize("field", ["name", "host", "user", "base_path"])
def test_a_control_character_is_refused(field: str, character: str) -> None:
    for model in (DestinationRequest, DestinationPatch):
        fields = {**PARTNER, field: f"/a{character}b"}
        if model is DestinationPatch:
            fields = {field: fields[field]}
        assert field in dict(refusal(model, fields))


@pytest.mark.parametrize("host", ["sftp.example", "10.0.0.1", "::1", "fe80::1", "host_1", "h"])
def test_a_good_host_is_taken(host: str) -> None:
    assert DestinationRequest(**{**PARTNER, "host": host}).host == host


@pytest.mark.parametrize("host", ["", "a b", "sftp://h", "h/p", "u@h", "h" * 254, "[::1]"])
def test_a_bad_host_is_refused(host: str) -> None:
    assert "host" in dict(refusal(DestinationRequest, {**PARTNER, "host": host}))


GOOD_BASES = ["/", "/upload", "/a b/ü", "/a..b", "/...", "/" + "x" * 1023]
LOGINS_FOLDER = [".", "upload", "./upload", "upload/2026", "..a", "a~", "./~anna"]


@pytest.mark.parametrize("path", [*GOOD_BASES, *LOGINS_FOLDER])
def test_a_good_base_path_is_taken(path: str) -> None:
    assert DestinationRequest(**{**PARTNER, "base_path": path}).base_path == path


TOO_LONG = ["/" + "x" * 1024, "/" + "ü" * 512]
OUTSIDE = ["/..", "/a/../b", "/a/..", "..", "../a", "a/..", "a/../b"]


@pytest.mark.parametrize("path", ["", "~", "~/upload", "~anna/upload", *OUTSIDE, *TOO_LONG])
def test_a_bad_base_path_is_refused(path: str) -> None:
    assert "base_path" in dict(refusal(DestinationRequest, {**PARTNER, "base_path": path}))


def test_a_tilde_is_refused_with_what_to_send_instead() -> None:
    told = dict(refusal(DestinationRequest, {**PARTNER, "base_path": "~/upload"}))["base_path"]
    assert "SFTP does not expand it" in told
    assert "relative to the folder where the login begins" in told


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("port", 0),
        ("port", 65_536),
        ("port", "22"),
        ("max_sessions", 0),
        ("max_sessions", 11),
        ("protocol", "scp"),
        ("host_keys", ["nonsense"]),
        ("host_keys", [LINE + "\nssh-rsa AAAA"]),
        ("host_keys", [LINE] * 11),
        ("password", ""),
    ],
)
def test_a_value_out_of_bounds_is_refused(field: str, value: object) -> None:
    named = [name for name, _ in refusal(DestinationRequest, {**PARTNER, field: value})]
    assert any(name.split(".")[0] == field for name in named)


@pytest.mark.parametrize("line", [LINE, LINE + " admin@partner"])
def test_a_host_key_is_written_as_in_known_hosts(line: str) -> None:
    assert DestinationRequest(**{**PARTNER, "host_keys": [line]}).host_keys == [line]


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"password": "a", "passphrase": "b"},
        {"passphrase": "b"},
    ],
)
def test_there_is_a_credential(credential: dict[str, str]) -> None:
    fields = {name: value for name, value in PARTNER.items() if name != "password"}
    assert len(refusal(DestinationRequest, {**fields, **credential})) == 1


def test_a_key_may_come_with_its_passphrase() -> None:
    fields = {name: value for name, value in PARTNER.items() if name != "password"}
    secrets = {"private_key": "k", "passphrase": "p"}
    request = DestinationRequest.model_validate(fields | secrets)
    assert "'k'" not in repr(request)
    assert request.private_key is not None
    assert request.private_key.get_secret_value() == "k"


def test_a_key_and_a_password_may_come_together() -> None:
    secrets = {"private_key": "k", "passphrase": "p", "password": "pw"}
    assert DestinationRequest.model_validate(PARTNER | secrets).password is not None
    assert DestinationPatch.model_validate(secrets).private_key is not None


def test_a_patch_knows_what_it_changes() -> None:
    patch = DestinationPatch(port=2222, host_keys=[])
    assert patch.model_fields_set == {"port", "host_keys"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "at least one field"),
        ({"host": None}, "host cannot be null"),
        ({"passphrase": "b"}, "passphrase"),
        ({"id": "other"}, "not permitted"),
    ],
)
def test_a_patch_that_makes_no_sense_is_refused(fields: dict[str, Any], message: str) -> None:
    assert message in refusal(DestinationPatch, fields)[0][1]


def test_a_query_is_text_and_has_defaults() -> None:
    query = FilesQuery.model_validate({"limit": "20", "delimiter": ""})
    assert (query.limit, query.prefix, query.delimiter, query.cursor) == (20, "", "", None)


@pytest.mark.parametrize(
    "sent", ['{"code": "c", "verifier": "too-short"}', '{"code": 7, "verifier": 8}']
)
def test_what_is_secret_by_its_kind_is_never_echoed(sent: str) -> None:
    with pytest.raises(ValidationError) as refused:
        SsoRedeemRequest.model_validate_json(sent)
    told = field_errors(refused.value, SsoRedeemRequest)
    assert told
    assert all(each.value is None for each in told)


READBACK: dict[str, Any] = {
    "source": {"bucket": "outgoing", "key": "a"},
    "destination_id": "acme",
    "verify": "readback",
}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"readback_percent": 0}, "greater than or equal to 1"),
        ({"readback_percent": 101}, "less than or equal to 100"),
        ({"readback_percent": 10, "verify": "checksum"}, "only with verify 'readback'"),
    ],
)
def test_a_share_that_makes_no_sense_is_refused(changes: dict[str, Any], message: str) -> None:
    assert message in refusal(StartTransferRequest, READBACK | changes)[0][1]


def test_a_request_without_etag_and_origin_keeps_the_hash_it_had_before_there_were_any() -> None:
    """The text is what release 0.9 hashed."""
    sent = {"source": {"bucket": "exports", "key": "a/b.csv"}, "destination_id": "acme"}
    before = (
        '{"source":{"bucket":"exports","key":"a/b.csv","version_id":null,"prefix":null,'
        '"manifest":null,"include":[],"exclude":[]},"destination_id":"acme","target_path":null,'
        '"if_exists":"fail","verify":"checksum","label":null}'
    )
    assert StartTransferRequest.model_validate(sent).model_dump_json() == before
    named = {"conversation_id": "c-1", "proposal_id": "p-1", "digest": "0" * 64}
    source = {"bucket": "exports", "key": "a/b.csv", "etag": '"e1"'}
    asked = StartTransferRequest.model_validate(sent | {"source": source, "origin": named})
    assert '"etag":"\\"e1\\""' in asked.model_dump_json()
    assert '"digest"' in asked.model_dump_json()


def test_an_etag_goes_with_one_object_only() -> None:
    source = {"bucket": "exports", "prefix": "a/", "etag": '"e1"'}
    with pytest.raises(ValidationError, match="etag goes with key only"):
        StartTransferRequest.model_validate({"source": source, "destination_id": "acme"})


def test_a_request_without_a_share_keeps_the_hash_it_had_before_there_were_shares() -> None:
    """Otherwise a request that is repeated with its key after an update would be a conflict."""
    asked = StartTransferRequest.model_validate(READBACK)
    assert "readback_percent" not in asked.model_dump_json()
    share = StartTransferRequest.model_validate(READBACK | {"readback_percent": 10})
    assert '"readback_percent":10' in share.model_dump_json()
