"""CredentialVault gives back what was stored, until it is deleted."""

from collections.abc import Iterator

import pytest

from runtime.made_secrets import MadeSecrets
from services.transfer.adapters.secretsmanager_credential_vault import SecretsManagerCredentialVault
from services.transfer.domain.credential import Credential
from services.transfer.domain.errors import CredentialMissing
from services.transfer.domain.ports import CredentialVault
from tests.conformance.clouds import CLOUDS, cloud, new_name
from tests.fakes.outside import InMemoryCredentialVault

PASSWORD = Credential(password='größe "quoted" \\ 文件')
KEY = Credential(private_key="-----BEGIN X-----\nAAAA\n-----END X-----\n", passphrase="pp")
TAGS = {"fileferry:stage": "test", "fileferry:stack": "transfer"}
BOTH = Credential("pw", KEY.private_key, KEY.passphrase)


@pytest.fixture(params=["in_memory", *CLOUDS])
def vault(request: pytest.FixtureRequest) -> Iterator[CredentialVault]:
    if request.param == "in_memory":
        yield InMemoryCredentialVault()
        return
    with cloud(request.param, request) as clients:
        prefix = f"fileferry/{new_name('test')}/destinations/"
        yield SecretsManagerCredentialVault(MadeSecrets(clients("secretsmanager"), prefix, TAGS))


@pytest.mark.parametrize("credential", [PASSWORD, KEY, BOTH], ids=["password", "key", "both"])
def test_a_credential_comes_back_exactly(vault: CredentialVault, credential: Credential) -> None:
    vault.store("acme", credential)
    vault.store("other", Credential(password="of somebody else"))
    assert vault.read("acme") == credential


def test_a_credential_that_was_never_stored_is_missing(vault: CredentialVault) -> None:
    with pytest.raises(CredentialMissing, match=r"'acme'.*PATCH"):
        vault.read("acme")


def test_a_deleted_credential_is_missing_and_may_be_deleted_again(vault: CredentialVault) -> None:
    vault.store("acme", PASSWORD)
    vault.store("other", KEY)
    for _ in range(2):
        vault.delete("acme")
        with pytest.raises(CredentialMissing):
            vault.read("acme")
    vault.delete("never stored")
    assert vault.read("other") == KEY


@pytest.mark.parametrize("where", CLOUDS)
def test_a_secret_says_whose_costs_it_is(where: str, request: pytest.FixtureRequest) -> None:
    with cloud(where, request) as clients:
        prefix, client = f"fileferry/{new_name('test')}/destinations/", clients("secretsmanager")
        SecretsManagerCredentialVault(MadeSecrets(client, prefix, TAGS)).store("acme", PASSWORD)
        told = client.describe_secret(SecretId=f"{prefix}acme")["Tags"]
        assert {each["Key"]: each["Value"] for each in told} == TAGS
