"""The operators' tools for a stage in two regions."""

import json
import stat
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from moto import mock_aws

from infra.regions.carry import (
    AT_ONCE,
    MANIFEST,
    MOST_BYTES,
    SERVICES,
    FolderWrong,
    export,
    take,
    told_lines,
)
from infra.regions.home import sentence, switch
from infra.regions.replicas import replicate_secrets
from runtime.dynamodb.carriage import MOST_RECORDS
from runtime.made_secrets import MadeSecrets
from services.notify.adapters.secretsmanager_vault import SecretsManagerVault
from services.notify.domain.channel import Secrets
from services.transfer.adapters.secretsmanager_credential_vault import SecretsManagerCredentialVault
from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import CredentialMissing

HOME, OTHER = "eu-central-1", "eu-west-1"


class Functions:
    """Lambda of a stage: each service gives its records in pages of two, and takes what comes."""

    def __init__(self, records: dict[str, list[dict[str, Any]]] | None = None) -> None:
        self.records = records or {}
        self.taken: dict[str, list[list[Any]]] = {}
        self.calls: list[tuple[str, Any]] = []
        self.broken = ""

    def invoke(self, FunctionName: str, Qualifier: str, Payload: bytes) -> dict[str, Any]:
        assert Qualifier == "live"
        name, event = FunctionName.removeprefix("fileferry-dev-"), json.loads(Payload)
        self.calls.append((name, event))
        service = name.removesuffix("-carry")
        if service == self.broken:
            failed = {"errorType": "RegionWorks", "errorMessage": "It works."}
            return {"FunctionError": "x", "Payload": BytesIO(json.dumps(failed).encode())}
        return {"Payload": BytesIO(json.dumps(self._answer(service, event)).encode())}

    def _answer(self, service: str, event: dict[str, Any]) -> dict[str, Any]:
        if event["act"] == "take":
            self.taken.setdefault(service, []).append(event["records"])
            return {"stored": len(event["records"]), "known": 0, "kept": [], "refused": []}
        begin = int(event["cursor"] or 0)
        all_of_it = self.records.get(service, [])
        more = str(begin + 2) if begin + 2 < len(all_of_it) else None
        return {"records": all_of_it[begin : begin + 2], "cursor": more}


def some(count: int, size: int = 1) -> list[dict[str, Any]]:
    return [{"kind": "user", "item": {"name": {"S": "x" * size + str(n)}}} for n in range(count)]


def test_what_is_exported_is_imported_in_order(tmp_path: Path) -> None:
    here, there = Functions({"auth": some(5), "transfer": some(1)}), Functions()
    counts = export(here, "dev", HOME, tmp_path / "out")
    assert counts == {"auth": 5, "transfer": 1, "notify": 0, "ticketing": 0}
    told = take(there, "dev", tmp_path / "out")
    assert there.taken == {"auth": [some(5)], "transfer": [some(1)]}
    assert next(told_lines(told)) == "auth: 5 stored, 0 known already, 0 kept, 0 refused"


def test_nobody_else_may_read_the_files(tmp_path: Path) -> None:
    export(Functions({"auth": some(1)}), "dev", HOME, tmp_path / "out")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "out" / "auth.jsonl").stat().st_mode) == 0o600


def test_calls_are_bounded_by_count_and_size(tmp_path: Path) -> None:
    assert AT_ONCE <= MOST_RECORDS
    large = some(5, size=MOST_BYTES // 3)
    here, there = Functions({"auth": some(AT_ONCE + 1), "transfer": large}), Functions()
    export(here, "dev", HOME, tmp_path / "out")
    take(there, "dev", tmp_path / "out")
    assert [len(batch) for batch in there.taken["auth"]] == [AT_ONCE, 1]
    assert [len(batch) for batch in there.taken["transfer"]] == [2, 2, 1]


def test_an_export_that_broke_off_is_not_imported(tmp_path: Path) -> None:
    here = Functions({"auth": some(2)})
    here.broken = "ticketing"
    with pytest.raises(Exception, match="It works"):
        export(here, "dev", HOME, tmp_path / "out")
    there = Functions()
    with pytest.raises(FolderWrong, match="no whole export"):
        take(there, "dev", tmp_path / "out")
    assert there.calls == []
    here.broken = ""
    export(here, "dev", HOME, tmp_path / "out")  # goes over what was half there
    take(there, "dev", tmp_path / "out")


def test_a_file_that_was_changed_is_not_imported(tmp_path: Path) -> None:
    export(Functions({"auth": some(2)}), "dev", HOME, tmp_path / "out")
    changed = tmp_path / "out" / "auth.jsonl"
    changed.write_text(changed.read_text().replace("x1", "x2"))
    with pytest.raises(FolderWrong, match=r"auth\.jsonl is not what was exported"):
        take(Functions(), "dev", tmp_path / "out")


def test_an_export_of_another_stage_or_format_is_not_imported(tmp_path: Path) -> None:
    export(Functions(), "dev", HOME, tmp_path / "out")
    with pytest.raises(FolderWrong, match="is of 'dev' in format 1, not of 'prod'"):
        take(Functions(), "prod", tmp_path / "out")
    manifest = tmp_path / "out" / MANIFEST
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(FolderWrong, match="in format 2"):
        take(Functions(), "dev", tmp_path / "out")


def test_an_export_is_never_overwritten(tmp_path: Path) -> None:
    export(Functions(), "dev", HOME, tmp_path / "out")
    with pytest.raises(FolderWrong, match="has an export already"):
        export(Functions(), "dev", HOME, tmp_path / "out")


def test_every_service_that_carries_is_asked() -> None:
    carrying = {path.parent.parent.name for path in Path("services").glob("*/handlers/carry.py")}
    assert set(SERVICES) == carrying


def test_the_switch_asks_the_region_and_tells_what_it_says() -> None:
    functions = Functions()
    told = {
        "region": OTHER,
        "peer_region": HOME,
        "works": False,
        "wants_to_work": False,
        "works_from": None,
        "alone": False,
        "overtaken": False,
    }
    functions._answer = lambda service, event: told  # type: ignore[method-assign]
    assert switch(functions, "dev", "activate", alone=True) == told
    assert functions.calls == [("transfer-switch-home", {"to": "active", "alone": True})]
    assert sentence(told) == f"{OTHER} stands by. It takes no transfers and calls no partner."
    wants = {**told, "wants_to_work": True}
    assert "run activate again" in sentence(wants)
    assert "from 12:00 on" in sentence({**wants, "works_from": "12:00"})
    assert "old transfers" in sentence({**wants, "works_from": "12:00", "overtaken": True})
    assert sentence({**wants, "works": True}) == f"{OTHER} works."
    assert "does not know" in sentence({**wants, "works": True, "alone": True})


@pytest.fixture
def secrets() -> Any:  # noqa: ANN401 - a client
    with mock_aws():
        yield boto3.client("secretsmanager", region_name=HOME)


def test_every_credential_gets_a_replica_once(secrets: BaseClient) -> None:
    for name in ("destinations/a", "notify/channels/b", "auth/signing-key", "destinations/c"):
        secrets.create_secret(Name=f"fileferry/dev/{name}", SecretString="x")
    secrets.create_secret(Name="fileferry/prod/destinations/a", SecretString="x")
    assert replicate_secrets(secrets, "dev", OTHER) == 3
    assert replicate_secrets(secrets, "dev", OTHER) == 0
    there = boto3.client("secretsmanager", region_name=OTHER)
    names = {each["Name"] for each in there.list_secrets()["SecretList"]}
    assert names == {
        f"fileferry/dev/{name}"
        for name in ("destinations/a", "notify/channels/b", "destinations/c")
    }


@pytest.mark.parametrize("replicated", [True, False])
def test_a_credential_that_is_removed_is_gone_in_both_regions(
    secrets: BaseClient, replicated: bool
) -> None:
    """Secrets Manager refuses to delete what has a replica."""
    there = boto3.client("secretsmanager", region_name=OTHER)
    of_credentials, of_addresses = (
        MadeSecrets(secrets, f"fileferry/dev/{folder}/", {}, None, OTHER)
        for folder in ("destinations", "notify/channels")
    )
    credentials = SecretsManagerCredentialVault(of_credentials)
    addresses = SecretsManagerVault(of_addresses)
    credentials.store("a", Credential(password="x"))
    addresses.store("b", Secrets(address="https://example.com"))
    if replicated:
        assert replicate_secrets(secrets, "dev", OTHER) == 2
        assert len(there.list_secrets()["SecretList"]) == 2
    credentials.delete("a")
    addresses.delete("b")
    assert there.list_secrets()["SecretList"] == []
    assert addresses.read("b") is None
    with pytest.raises(CredentialMissing):
        credentials.read("a")
    credentials.delete("a")  # may be repeated
